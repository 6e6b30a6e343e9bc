"""What is in a checkpoint file, looked at without running any of it, and whether one may open it."""

from ui.checkpoints.file_contents import choose, draw, look
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame

frame("file_contents")
with explain():
    with panel() as controls:
        chosen = choose(controls)
    found = look(chosen)
    if found is not None:
        draw(found, asked=True)
