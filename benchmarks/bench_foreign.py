"""What does a pass of images through the authors' networks cost, beside the bare network, and when it was kept?"""

import io
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from benchmarks.timing import busy
from checkpoints.foreign.heads import linear, mlp
from checkpoints.foreign.opening import open_foreign
from checkpoints.foreign.plan import Plan
from checkpoints.foreign.resnet import ResNetSpec
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.foreign.vit import TransformerSpec
from checkpoints.reading.torch_file.contents import torch_contents

IMAGES, MANY, BATCH = 256, 1_000, 64
_RESNET18 = Plan("supcon", ResNetSpec((2, 2, 2, 2), False, "shortcut"), "projection", "head", mlp(512, 512, 128))
_RESNET50 = Plan("supcon", ResNetSpec((3, 4, 6, 3), True, "shortcut"), "projection", "head", mlp(2048, 2048, 128))
_VIT = Plan("vit", TransformerSpec(12, 768, 16, 224, 3072, 12), "logits", "head", linear(768, 2))


def rows() -> Iterable[tuple[str, float, str, float]]:
    """Milliseconds an image are this machine's: their limits are those of two slow cores."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        images = _images(folder / "images.zip")
        path = _checkpoint(folder / "resnet18.pth", _RESNET18)
        whole = _pass(path, images, folder / "kept")
        yield "ResNet-18 in CIFAR form, an image", 1e3 * whole / IMAGES, "ms", 100
        yield f"{MANY:,} images of 32 pixels to outputs, beside the bare network", _ratio(folder, path), "x", 1.2
        yield "the same outputs again, from disk", _pass(path, images, folder / "kept"), "s", 0.5
        yield "look into a file of 46 MB, without torch", _once(lambda: torch_contents(path)), "s", 0.5
        for title, plan, count in (("ResNet-50", _RESNET50, 64), ("ViT-B/16 at 224 pixels", _VIT, 32)):
            seconds = _pass(_checkpoint(folder / "other.pth", plan), images, None, limit=count // 2)
            yield f"{title}, an image", 1e3 * seconds / count, "ms", 3_000


def _images(path: Path, count: int = IMAGES) -> Path:
    """Half of them a side, of two classes."""
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as file:
        for number in range(count):
            buffer = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(buffer, "JPEG")
            file.writestr(f"{('train', 'test')[number % 2]}/{number // 2 % 2}/{number}.jpg", buffer.getvalue())
    return path


def _weights(plan: Plan) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    state = {}
    for name, like in plan.build().state_dict().items():
        fan = like[0].numel() if like.ndim > 1 else 1
        drawn = torch.randn(like.shape, generator=generator) * (2 / fan) ** 0.5
        state[name] = (
            drawn.abs() if name.endswith("running_var") else drawn if like.is_floating_point() else torch.tensor(0)
        )
    return state


def _checkpoint(path: Path, plan: Plan) -> Path:
    torch.save({"model": _weights(plan)}, path)
    return path


def _ratio(folder: Path, checkpoint: Path) -> float:
    """From files to outputs against the same batches through the bare network: the best of two each, in turn."""
    images, network = _images(folder / "many.zip", MANY), _filled(_RESNET18)
    batches = torch.rand(MANY, 3, 32, 32, generator=torch.Generator().manual_seed(0)).split(BATCH)

    def bare() -> None:
        with torch.inference_mode():
            for batch in batches:
                network(batch)

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        pairs = [(busy(bare), busy(lambda: open_foreign(checkpoint, images, ForeignSpec(workers=0)))) for _ in range(2)]
    finally:
        torch.set_num_threads(threads)
    alone, whole = (min(column) for column in zip(*pairs, strict=True))
    return whole / alone


def _filled(plan: Plan) -> torch.nn.Module:
    model = plan.build()
    model.load_state_dict(_weights(plan), assign=True)
    return model


def _pass(path: Path, images: Path, kept: Path | None, limit: int | None = None) -> float:
    return _once(lambda: open_foreign(path, images, ForeignSpec(limit), cache=kept))


def _once(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
