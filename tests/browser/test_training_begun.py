"""A page that is opened before the trainings it is to show have written anything."""

import pytest

from tests.browser.server import running
from tests.checkpoints.hostile_data import bundle

pytestmark = pytest.mark.browser


def test_a_training_that_begins_while_the_page_waits_for_it_appears(tmp_path, tab):
    (folder := tmp_path / "root" / "sincere_epochs").mkdir(parents=True)
    with running(tmp_path / "log", "--", "--root", str(folder.parent)) as server:
        opened = tab().open(f"{server.url}/Checkpoints?source=training&show=provenance")
        page = opened.page
        page.get_by_text("must have a folder with snapshots of one training").wait_for()
        for epoch in (1, 2):
            (folder / f"epoch_{epoch}.npz").write_bytes(bundle())
        page.get_by_text("Does the training still learn?").wait_for()
        page.get_by_text("New snapshots appear as they are written.").wait_for()
        opened.settle()
        (other := folder.with_name("supcon_epochs")).mkdir()
        for epoch in (1, 2):
            (other / f"epoch_{epoch}.npz").write_bytes(bundle())
        page.get_by_role("combobox", name="Training").click()
        page.get_by_role("option", name="supcon_epochs").wait_for()
