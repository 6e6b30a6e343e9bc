"""Images of items as the browser wants them."""

import base64
import io
import math

import numpy as np

SIDE = 144  # pixels an image is enlarged to, in whole steps, so that its own pixels stay square


def enlarge(image: np.ndarray) -> np.ndarray:
    """(H, W[, C]) repeated to about `SIDE` pixels; larger images are left as they are."""
    factor = max(1, math.ceil(SIDE / max(image.shape[:2])))
    return image.repeat(factor, axis=0).repeat(factor, axis=1)


def data_url(image: np.ndarray) -> str:
    """A PNG of (H, W[, C]) uint8 as text, which is in the page itself.

    For a cell of a table; and beside one, for Streamlit's own files of images are gone where a page is drawn anew
    before the browser has asked for them.
    """
    from PIL import Image

    pixels = image[..., 0] if image.ndim == 3 and image.shape[2] == 1 else image
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
