"""Cases by number: the same number is the same spoilt file on every machine with the same library versions."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

from tests.checkpoints.confined import Confined, Outcome
from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import SLOW, Seed, seeds

MOST_SECONDS = 10.0
MOST_KILOBYTES, MOST_TIMES_SIZE = 128 << 10, 40


@dataclass(frozen=True)
class Finding:
    """A case that was neither opened nor refused as it should be."""

    number: int
    seed: str
    what: str

    def __str__(self) -> str:
        again = f"python -m tests.fuzz --first {self.number} --cases 1 --keep FOLDER"
        return f"case {self.number} ({self.seed}): {self.what}\n  {again}"


@lru_cache(1)
def _seeds() -> list[Seed]:
    every = seeds()
    return [seed for seed in every for _ in range(1 if seed.name in SLOW else 4)]


def write_case(number: int, place: Path) -> tuple[Seed, Path]:
    """The spoilt file of that number, written below `place`."""
    random, known = Random(number), _seeds()
    seed, other = random.choice(known), random.choice(known)
    name = random.choice(sorted(seed.files))
    spoilt = mutated(random, seed.files[name], random.choice(sorted(other.files.values())))
    return seed, seed.write(place, {name: spoilt})


def findings(numbers: Iterable[int], worker: Confined) -> Iterator[Finding]:
    """Run the cases; yields what went wrong."""
    for number in numbers:
        with tempfile.TemporaryDirectory(prefix="nce-lab-fuzz-") as folder:
            seed, path = write_case(number, Path(folder))
            wrong = _wrong(worker, seed, path)
        if wrong:
            yield Finding(number, seed.name, wrong)


def keep(number: int, folder: Path) -> Path:
    """Write a case to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / _seed_name(number), ignore_errors=True)
    return write_case(number, folder)[1]


def _seed_name(number: int) -> str:
    return Random(number).choice(_seeds()).name


def _wrong(worker: Confined, seed: Seed, path: Path) -> str:
    """What is wrong with how a case ended, "" for nothing."""
    found: Outcome = worker(path, seed.reader)
    size = sum(file.stat().st_size for file in path.iterdir()) if seed.folder else path.stat().st_size
    if found.trouble:
        return found.trouble
    if found.code == 2 and (not found.err.strip() or len(found.err.strip().splitlines()) > 1):
        return f"not one sentence: {found.err!r}"
    if found.seconds > MOST_SECONDS:
        return f"{found.seconds:.1f} s"
    if found.kilobytes > MOST_KILOBYTES + MOST_TIMES_SIZE * size / 1024:
        return f"{found.kilobytes:,} kB of memory for {size:,} bytes"
    return ""
