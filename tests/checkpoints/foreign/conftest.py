"""A few images of three classes, in a zip, that the tests of foreign checkpoints share."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

CLASSES = ("ant", "bee", "cat")


def encoded(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def pixels():
    """(9, 40, 48, 3) uint8: class k is brighter in channel k."""
    images = np.random.default_rng(0).integers(0, 120, (9, 40, 48, 3), dtype=np.uint8)
    for row in range(9):
        images[row, ..., row % 3] += 130
    return images


@pytest.fixture
def image_zip(tmp_path, pixels):
    """Six train and three test images as PNG, with a README beside them and a broken image among the train ones."""
    path = tmp_path / "insects.zip"
    with zipfile.ZipFile(path, "w") as file:
        for row, image in enumerate(pixels):
            side = "train" if row < 6 else "test"
            file.writestr(f"insects/{side}/{CLASSES[row % 3]}/{row}.png", encoded(image))
        file.writestr("insects/train/bee/broken.png", encoded(pixels[0])[:200])
        file.writestr("insects/README.txt", "not an image")
    return path
