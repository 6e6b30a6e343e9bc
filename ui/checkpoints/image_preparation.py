"""How images are prepared for a network: as its file says, or as the user says."""

from dataclasses import dataclass
from pathlib import Path

from checkpoints.foreign.preparation import Preparation
from checkpoints.foreign.spec import SIDES, ForeignSpec, Triple
from checkpoints.images.cifar import form_of
from checkpoints.reading.torch_file.contents import TorchContents
from losses.errors import LabError
from ui.controls import Controls

_HOW = {"file": "As the file says", "own": "As I say"}
_PLAIN: tuple[Triple, Triple] = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Own:
    """What the user says instead of the file; None for what the file, or the network, decides."""

    side: int | None = None
    mean: Triple | None = None
    std: Triple | None = None


def said(found: TorchContents, path: Path | None, images: Path | None, own: Own) -> Preparation:
    """How the file's network gets its images. LabError where no network here has its weights, or `own` does not fit."""
    from checkpoints.foreign.about import options_of
    from checkpoints.foreign.opening import network_in
    from checkpoints.foreign.preparation import preparation_of

    form = form_of(images) if images is not None else None
    spec = ForeignSpec(side=own.side, mean=own.mean, std=own.std)
    options = options_of(found)
    return preparation_of(network_in(found)[1], options, form.data_set if form else "", spec, path)


def choose_own(controls: Controls, found: TorchContents, path: Path | None, images: Path | None) -> Own:
    """Controls that start with what the file says; none for a network whose images are grey."""
    how = controls.choice(
        "Size and normalisation", "preparation", _HOW, default="file",
        help="What the file does not say is assumed, and the page says so.",
    )  # fmt: skip
    if how == "file":
        return Own()
    try:
        base = said(found, path, images, Own())
    except LabError:
        return Own()  # the page says why there is no network
    if base.channels == 1:
        return Own()
    side = (
        None
        if base.cropped
        else controls.integer("Pixels a side", "side", default=base.side, low=SIDES[0], high=SIDES[1])
    )
    mean, std = base.constants or _PLAIN
    means = controls.numbers(
        "Mean of red, green, blue", "mean", default=mean, low=0, high=1, help="Of values in [0, 1]."
    )
    stds = controls.numbers("Standard deviation", "std", default=std, low=1e-6, high=1, help="Of values in [0, 1].")
    return Own(side, means, stds)  # type: ignore[arg-type]  # how many there are, ForeignSpec checks
