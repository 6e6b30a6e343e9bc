"""What a session has opened is open on every page that takes a checkpoint, until it is put away."""

import hashlib
import io

import numpy as np
import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from tests.checkpoints.hostile_data import bundle
from tests.ui.run_page import run_until
from tests.waiting import PATIENCE
from ui import uploads
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.opened import PREFIX, reference

CHECKPOINTS, COMPARE, FORCES, CONTENTS = (
    f"pages/{name}.py" for name in ("2_Checkpoints", "2_Compare", "3_Forces", "2_File_contents")
)
MINE, OTHER = bundle(), bundle(test_embeds=np.roll(np.eye(6), 1, axis=1)[np.arange(20) % 4].astype(np.float32))
REF = reference("mine.npz", hashlib.sha256(MINE).hexdigest())


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def made(monkeypatch) -> list[Analyses]:
    """All that was opened, in turn."""
    seen, make = [], Analyses.__init__

    def noted(analyses: Analyses, *args: object, **named: object) -> None:
        seen.append(analyses)
        make(analyses, *args, **named)

    monkeypatch.setattr(Analyses, "__init__", noted)
    return seen


def give(app, content=MINE, name="mine.npz", key="own-file"):
    app.file_uploader(key).upload(name, content, "application/octet-stream").run()
    assert not app.exception
    return app


def go(app, page):
    """Leave for another page, by way of the start page: one may come back to the same."""
    for each in ("app.py", page):
        app.switch_page(each)
        app.query_params.clear()
        app.run()
        assert not app.exception
    return app


def said(app, name) -> list[str]:
    """What the address says of a control."""
    found = app.query_params[name]
    return [found] if isinstance(found, str) else found


def words(elements) -> str:
    return " ".join(each.value for each in elements).replace("\\", "")


def test_an_upload_is_there_on_every_page_and_was_opened_once(open_page, made):
    app = give(open_page(CHECKPOINTS, show="similarity"))
    assert app.selectbox("checkpoint").value == REF
    assert said(app, "checkpoint") == [REF]
    assert app.text[0].value.startswith("mine.npz")
    mine = made[-1]
    go(app, CHECKPOINTS)
    assert app.selectbox("checkpoint").value == REF
    assert app.text[0].value.startswith("mine.npz")
    go(app, COMPARE)
    assert app.pills("opened").options == ["mine.npz"]
    go(app, FORCES)
    app.number_input("classes").set_value(4)
    app.number_input("per_class").set_value(4)
    app.selectbox("batch").set_value(REF).run()
    assert not app.exception
    assert not app.error
    assert (
        app.text[0].value == "16 test items of mine.npz, 4 of each class, embedded by the encoder that made that file."
    )
    assert "open_outputs('mine.npz')" in app.code[0].value
    assert [each for each in made if each.outputs.digest == mine.outputs.digest] == [mine]
    go(app, CONTENTS)
    app.selectbox("source").set_value("open").run()
    assert hashlib.sha256(MINE).hexdigest() in words(app.text)


def test_a_shipped_checkpoint_is_opened_once_for_all_pages(open_page, made):
    st.cache_resource.clear()
    open_page(CHECKPOINTS, checkpoint="supcon", show="provenance")
    open_page(COMPARE, checkpoints=["supcon"])
    open_page(FORCES, batch="supcon")
    assert len(made) == 1


def test_what_was_put_away_is_on_no_page_and_is_not_counted(open_page):
    app = give(open_page(CHECKPOINTS, show="similarity"))
    held = app.session_state["nce_lab_uploads"]
    assert held.total == len(MINE)
    go(app, COMPARE)
    assert held.total == len(MINE)
    assert uploads.kept()[held.session, next(iter(held.kept))] == len(MINE)
    app.menu_button("put-away-opened").click(REF).run()
    assert not app.exception
    assert held.total == 0
    assert not held.kept
    assert not len(app.session_state["nce_lab_opened"].made)
    assert "opened" not in [pills.key for pills in app.pills]
    go(app, CHECKPOINTS)
    assert REF not in app.selectbox("checkpoint").options
    assert app.selectbox("checkpoint").value == "sincere"


def test_a_file_put_away_beside_its_uploader_does_not_come_back(open_page):
    app = give(open_page(CHECKPOINTS, show="similarity"))
    app.menu_button("put-away-opened").click(REF).run()
    assert not app.exception
    assert app.selectbox("checkpoint").value == "sincere"
    app.run()
    assert app.selectbox("checkpoint").value == "sincere"
    assert not app.session_state["nce_lab_opened"].files
    give(app, key="own-file-1")
    assert app.selectbox("checkpoint").value == REF


def test_a_file_taken_out_of_its_uploader_is_put_away(open_page):
    app = give(open_page(CHECKPOINTS, show="similarity"))
    app.file_uploader("own-file").set_value(None).run()
    assert not app.exception
    assert not app.session_state["nce_lab_opened"].files
    assert app.selectbox("checkpoint").value == "sincere"


def test_what_is_given_after_a_file_was_taken_out_is_opened(open_page):
    app = give(open_page(CHECKPOINTS, show="similarity"))
    app.file_uploader("own-file").set_value(None).run()
    give(app, OTHER, "other.npz")
    assert app.text[0].value.startswith("other.npz")
    assert [file.name for file in app.session_state["nce_lab_opened"].files.values()] == ["other.npz"]


def test_another_choice_leaves_the_upload_on_offer(open_page):
    app = give(open_page(CHECKPOINTS, show="similarity"))
    app.selectbox("checkpoint").set_value("supcon").run()
    assert not app.text[0].value.startswith("mine.npz")
    app.run()
    assert app.selectbox("checkpoint").value == "supcon"
    assert "mine.npz" in app.selectbox("checkpoint").options


@pytest.mark.parametrize("name", ["mine.npz", "renamed.npz"])
def test_a_link_asks_for_its_file_and_takes_it_by_its_content(open_page, name):
    asked = {"checkpoint": REF, "show": "tails", "pairs": "all", "tail_items": "train"}
    app = open_page(CHECKPOINTS, **asked)
    assert not app.exception
    assert words(app.error).startswith("mine.npz must be given: this link is about it")
    assert REF.split(" ")[1] in words(app.error)
    assert app.selectbox("checkpoint").options[-1] == "mine.npz (not here)"
    assert {name: said(app, name) for name in asked} == {name: [value] for name, value in asked.items()}
    give(app, name=name)
    assert not app.error
    assert not any("another file" in each.value for each in app.warning)
    assert app.selectbox("checkpoint").value == REF
    assert app.text[0].value.startswith(name)
    assert app.pills("show").value == ["tails"]
    assert app.selectbox("pairs").value == "all"


def test_a_choice_that_is_here_again_is_shown_by_its_new_label(open_page):
    given, asked = give(open_page(CHECKPOINTS, show="tails")), open_page(CHECKPOINTS, checkpoint=REF, show="tails")
    assert asked.selectbox("checkpoint").format_func(REF) == "mine.npz (not here)"
    asked.session_state["nce_lab_opened"].files.update(given.session_state["nce_lab_opened"].files)
    asked.run()
    assert asked.selectbox("checkpoint").value == REF
    drawn = asked.selectbox("checkpoint").proto
    assert (drawn.set_value, drawn.raw_value) == (True, "mine.npz")  # a browser takes no other for granted
    asked.run()
    assert not asked.selectbox("checkpoint").proto.set_value


def test_another_file_of_the_same_name_is_called_another(open_page):
    app = give(open_page(CHECKPOINTS, checkpoint=REF, show="similarity"), OTHER)
    notice = f"The link is about mine.npz, whose sha256 begins with {REF.split(' ')[1]}."
    assert notice in words(app.warning)
    assert f"has {hashlib.sha256(OTHER).hexdigest()[:PREFIX]}: it is another file" in words(app.warning)
    app.run()
    assert notice in words(app.warning)
    app.selectbox("checkpoint").set_value("supcon").run()
    assert notice not in words(app.warning)


def test_a_link_to_compare_and_to_forces_asks_too(open_page):
    app = open_page(COMPARE, checkpoints=[""], opened=[REF], show="table")
    assert not app.exception
    assert words(app.error).startswith("mine.npz must be given")
    assert said(app, "opened") == [REF]
    app.file_uploader("own-files").upload("mine.npz", MINE).upload("other.npz", OTHER).run()
    run_until(app, lambda: not any(button.key == "stop-comparison" for button in app.button))
    assert not app.error
    assert len(app.get("plotly_chart")) == 1
    app = open_page(FORCES, batch=REF, tau="0.2")
    assert not app.exception
    assert words(app.error).startswith("mine.npz must be given")
    assert said(app, "batch") == [REF]


@pytest.mark.parametrize(
    "ref", [f"{'x' * 200} 0123456789ab", "mine.npz 0123456789AB", "mine.npz", "./../../etc/passwd"]
)
def test_what_is_no_reference_gives_the_default(open_page, ref):
    app = open_page(CHECKPOINTS, checkpoint=ref, show="similarity")
    assert not app.exception
    assert not app.error
    assert words(app.warning).startswith("checkpoint must be one of")


def test_an_upload_is_no_others(open_page):
    give(open_page(CHECKPOINTS, show="similarity"))
    other = open_page(CHECKPOINTS, show="similarity")
    assert "mine.npz" not in str(other.selectbox("checkpoint").options)
    assert words(open_page(CHECKPOINTS, checkpoint=REF).error).startswith("mine.npz must be given")


def test_a_bad_upload_is_not_kept(open_page):
    app = give(open_page(CHECKPOINTS), b"<!doctype html><html>")
    assert "is a web page" in words(app.error)
    assert not app.session_state["nce_lab_opened"].files
    assert not app.session_state["nce_lab_uploads"].kept


def test_a_file_opened_under_the_root_is_on_offer_for_forces(open_page, monkeypatch, tmp_path, made):
    (tmp_path / "mine.npz").write_bytes(MINE)
    monkeypatch.setattr("ui.root.root", lambda: tmp_path)
    app = open_page(CHECKPOINTS, source="root", path="mine.npz", show="similarity")
    assert app.text[0].value.startswith("mine.npz")
    go(app, FORCES)
    app.number_input("classes").set_value(4)
    app.number_input("per_class").set_value(4)
    app.selectbox("batch").set_value("./mine.npz").run()
    assert not app.exception
    assert app.text[0].value.startswith("16 test items of mine.npz")
    assert len({each.outputs.digest for each in made}) == len(made)
    app = open_page(FORCES, batch="./mine.npz", classes="4", per_class="4")
    assert app.text[0].value.startswith("16 test items of mine.npz")
    (tmp_path / "mine.npz").unlink()
    app.run()
    assert not app.exception
    assert "mine.npz must still be there" in words(app.error)


def test_a_torch_file_waits_for_its_images_and_its_contents_can_be_looked_at(open_page):
    content = io.BytesIO()
    torch.save({"w": torch.ones(7)}, content)
    app = give(open_page(CHECKPOINTS), content.getvalue(), "w.pth")
    go(app, COMPARE)
    assert "opened" not in [pills.key for pills in app.pills]
    go(app, CONTENTS)
    app.selectbox("source").set_value("open").run()
    assert not app.exception
    assert app.success[0].value.startswith("Yes")


def test_a_session_holds_so_many_files(open_page, monkeypatch):
    monkeypatch.setattr("ui.checkpoints.opened.MOST", 1)
    app = open_page(COMPARE, show="table")
    app.file_uploader("own-files").upload("mine.npz", MINE).upload("other.npz", OTHER).run()
    run_until(app, lambda: not any(button.key == "stop-comparison" for button in app.button))
    assert "other.npz must wait: a session holds 1 opened files. Put one away." in words(app.warning)
    assert list(app.session_state["nce_lab_opened"].files) == [REF]


def test_a_tab_takes_back_what_its_session_before_has_and_nobody_else_does(open_page):
    first, other = give(open_page(CHECKPOINTS, show="provenance")), open_page(CHECKPOINTS, show="provenance")
    token = first.session_state["nce_lab"].token
    taken = AppTest.from_function(_take_back, args=(token,), default_timeout=PATIENCE).run()
    assert not taken.exception
    assert [text.value for text in taken.text] == ["nothing", REF, str(len(MINE))]
    assert other.session_state["nce_lab_opened"].files == {}


def _take_back(token):
    import streamlit as st

    from ui import uploads
    from ui.checkpoints.opened import opened
    from ui.checkpoints.taken_back import take_back

    for said in ("0" * 16, token):
        take_back(said)
        st.text(" ".join(opened().files) or "nothing")
    st.text(str(st.session_state[uploads._KEY].total))
