"""Several runs at the same time."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

S, F = TypeVar("S"), TypeVar("F")


def at_once(simulate: Callable[[S], Iterable[F]], specs: Sequence[S]) -> list[list[F]]:
    """The frames of each spec, each in its thread; all begin together."""
    found: dict[int, list[F]] = {}
    start = threading.Barrier(len(specs))

    def work(index: int) -> None:
        start.wait()
        found[index] = list(simulate(specs[index]))

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(specs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[index] for index in range(len(specs))]
