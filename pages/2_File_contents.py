"""What is in a checkpoint file, looked at without running any of it."""

from ui.contents_panels import choose, draw
from ui.errors import explain
from ui.frame import frame

frame("file_contents")
with explain():
    found = choose()
    if found is not None:
        draw(found)
