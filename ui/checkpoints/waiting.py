"""What stands in the page's main part while there are no outputs yet: a question about arrays, or images to choose."""

from ui.checkpoints import image_source, mapping


def draw_waiting() -> None:
    """Whichever of them the sidebar waits for."""
    if mapping.waits():
        mapping.draw()
    else:
        image_source.draw_waiting()
