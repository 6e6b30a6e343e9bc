"""How many samples a file may say that it has."""

MOST_SAMPLES = 5_000_000
_FREE, _LEAST = 10_000, 16  # bytes that an image takes at least, in whatever form


def most_samples(size: int) -> int:
    """In a file of `size` bytes: what declares more has no images, and lists of them would fill the memory."""
    return min(MOST_SAMPLES, _FREE + size // _LEAST)
