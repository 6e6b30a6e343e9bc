"""`installed_program.py README.md`: run outside of the checkout, where `nce_losses` is installed, by a fresh Python.

Everything but torch, what torch requires, the standard library and the package itself cannot be imported here.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from re import findall, match


def required(distribution: str) -> set[str]:
    """A distribution and all that it requires without an extra, by name."""
    wanted, found = [distribution], set()
    while wanted:
        name = wanted.pop().lower().replace("_", "-")
        if name in found:
            continue
        found.add(name)
        try:
            lines = requires(name) or []
        except ModuleNotFoundError:  # of another platform
            continue
        wanted += [match(r"[\w.-]+", line)[0] for line in lines if "extra ==" not in line]
    return found


class NothingElse(MetaPathFinder):
    """Refuses what no line of torch's requirements brings, as if it were not there."""

    def __init__(self) -> None:
        needed = required("torch")
        packages = packages_distributions().items()
        brought = {name for name, by in packages if needed & {each.lower().replace("_", "-") for each in by}}
        self.others = {name for name, _ in packages} - brought - set(sys.stdlib_module_names) - {"nce_losses"}

    def find_spec(self, name: str, path: object, target: object = None) -> None:
        del path, target
        if name.split(".")[0] in self.others:
            raise ModuleNotFoundError(f"{name} is not among what torch requires", name=name)


def main(readme: Path) -> None:
    sys.meta_path.insert(0, NothingElse())
    import doctest
    import warnings
    from importlib import import_module
    from pkgutil import iter_modules

    with warnings.catch_warnings(action="ignore"):  # torch misses numpy
        import torch

    import nce_losses

    (example,) = (each for each in findall(r"```python\n(.*?)```", readme.read_text(), 16) if "nce_losses" in each)
    scope: dict[str, object] = {}
    exec(example, scope)
    assert isinstance(scope["loss"], torch.Tensor)
    assert scope["loss"].isfinite()
    assert isinstance(scope["embeddings"], torch.Tensor)
    assert scope["embeddings"].grad is not None
    names = ["nce_losses"] + [f"nce_losses.{module.name}" for module in iter_modules(nce_losses.__path__)]
    ran = [doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS) for name in names]
    print(nce_losses.__file__, nce_losses.__version__, len(names), sum(each.attempted for each in ran))
    print(sum(each.failed for each in ran), *sorted({name.split(".")[0] for name in sys.modules} & {"losses", "numpy"}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
