"""The steps of a run, of which whoever watches it hears before each."""

from collections.abc import Callable, Iterable, Iterator


def each_step(steps: Iterable[int], on_step: Callable[[int], None] | None) -> Iterator[int]:
    """The steps in turn; `on_step(step)` is called before each: a live run counts, waits or raises there."""
    for step in steps:
        if on_step is not None:
            on_step(step)
        yield step
