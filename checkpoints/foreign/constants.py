"""Mean and standard deviation by which a training script normalised its images: in the file, or assumed and said so.

As the authors' scripts have them: `set_loader` in main_ce.py of SINCERE's fork of SupContrast, `build_transform` in
util/data.py of soft target InfoNCE.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from checkpoints.foreign.spec import Triple
from checkpoints.reading.quoting import shown

Constants = tuple[Triple, Triple]
# Means and standard deviations of the channels, whose values lie in [0, 1].
CIFAR10: Constants = (0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)
CIFAR100: Constants = (0.5071, 0.4867, 0.4408), (0.2675, 0.2565, 0.2761)
IMAGENET: Constants = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
SUPCONTRAST: dict[str, Constants] = {
    "cifar10": CIFAR10,
    "cifar100": CIFAR100,
    "cifar2": ((0.4977, 0.4605, 0.4160), (0.2537, 0.2481, 0.2535)),
    "aircraft": ((0.4804, 0.5115, 0.5348), (0.1561, 0.1555, 0.1810)),
    "cars": ((0.4707, 0.4601, 0.4549), (0.2319, 0.2318, 0.2373)),
    "food101": ((0.5456, 0.4430, 0.3423), (0.2096, 0.2186, 0.2165)),
    "pet": ((0.4786, 0.4462, 0.3962), (0.2073, 0.2042, 0.2053)),
    "dtd": ((0.5301, 0.4734, 0.4243), (0.1250, 0.1246, 0.1211)),
    "flowers": ((0.4312, 0.3786, 0.2944), (0.2385, 0.1858, 0.1986)),
    "imagenet": IMAGENET,
    "imagenet100": IMAGENET,
}
SOFT_TARGETS: dict[str, Constants] = {
    "imagenet": IMAGENET,
    "tiny-imagenet": ((0.4802, 0.4481, 0.3975), (0.2302, 0.2265, 0.2262)),
    "cifar100": CIFAR100,
    "cifar10": CIFAR10,
}
# The images' own name for themselves -> what they are called.
_KNOWN_IMAGES = {"cifar10": "CIFAR-10", "cifar100": "CIFAR-100"}
_NUMBER = r"\s*(\d{1,3}(?:\.\d*)?|\.\d+)\s*(?:/\s*(\d{1,3}(?:\.\d*)?|\.\d+)\s*)?"
_TRIPLE = re.compile(rf"\s*[(\[]{_NUMBER},{_NUMBER},{_NUMBER},?\s*[)\]]\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Constants with the reason for them; `assumed` where nothing in the file says so."""

    constants: Constants
    why: str
    assumed: bool = False


def constants_of(layout: str, options: Mapping[str, object], images: str) -> Chosen:
    """By the data set in the file's options, else mean and std written there, else assumed.

    layout: "vit" for soft target InfoNCE's, any other for SupContrast's; "imagenet" assumes ImageNet's. images: what
    these are known to be, "" if not.
    """
    named = options.get("dataset")
    table = SOFT_TARGETS if layout == "vit" else SUPCONTRAST
    if isinstance(named, str) and named in table:
        return Chosen(table[named], f"mean and std of {named}, which the file's options name as its data set")
    mean, std = triple(options.get("mean")), triple(options.get("std"))
    if mean and std and min(std) > 0:
        return Chosen((mean, std), "mean and std as the file's options give them")
    return _assumed(layout, named, images)


def _assumed(layout: str, named: object, images: str) -> Chosen:
    if isinstance(named, str) and named:
        gap = f"the file's options name the data set {shown(named)}, whose mean and std are not known here"
    else:
        gap = "the file does not name its data set"
    if images in _KNOWN_IMAGES:
        found = (CIFAR10 if images == "cifar10" else CIFAR100), f"{_KNOWN_IMAGES[images]}, which these images are,"
    else:
        found = (IMAGENET, "ImageNet") if layout in ("vit", "imagenet") else (CIFAR10, "CIFAR-10")
    return Chosen(found[0], f"{gap}: those of {found[1]} are assumed", assumed=True)


def triple(value: object) -> Triple | None:
    """Three numbers in [0, 1] out of a text such as "(0.49, 0.48, 125.3/255)", by its form alone; nothing is evaluated.

    >>> triple("(125.3/255, 0.5, .25)")[1:]
    (0.5, 0.25)
    """
    found = _TRIPLE.fullmatch(value) if isinstance(value, str) and len(value) < 200 else None
    if found is None:
        return None
    parts = found.groups()
    below = [float(part or 1) for part in parts[1::2]]
    if min(below) == 0:
        return None
    first, second, third = (float(part) / by for part, by in zip(parts[::2], below, strict=True))
    return (first, second, third) if max(first, second, third) <= 1 else None
