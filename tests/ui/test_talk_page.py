"""Add to talk, and the page Talk: slides are added, moved, edited, kept on disk, and served to their session alone."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from talks import keeping
from talks.deck import build
from talks.freezing import frozen
from talks.handout import handout
from talks.model import Talk
from talks.parting import parts
from talks.shipped import shipped
from talks.slides import figure_slide
from tests.talks.made import figure, rows, talk
from tests.ui.asgi import ask, fine
from ui.server.deck_door import DeckDoor, address
from ui.talks import files, lab_address
from ui.talks import held as holding
from ui.talks.held import HeldTalk

PAGE = "pages/5_Talk.py"


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path) -> Path:
    monkeypatch.setattr(keeping, "default_folder", lambda: tmp_path / "talks")
    return tmp_path / "talks"


def held_by(page) -> HeldTalk:
    return page.session_state["nce_lab_talk"]


def press(page, key):
    page.button(key=key).click()
    page.run()
    assert not page.exception
    return page


@pytest.fixture
def edited(open_page):
    """The page with a talk of every kind of slide."""
    page = open_page(PAGE)
    page.session_state["nce_lab_talk"] = HeldTalk(talk())
    return page.run()


def test_an_exhibit_is_added_with_its_link_and_the_page_lists_it(open_page, folder):
    page = open_page("pages/1_Coordinate_lens.py", beta="0.5")
    key = next(each.key for each in page.button if each.label == "Add to talk")
    press(page, key)
    (slide,) = held_by(page).talk.slides
    assert slide.kind == "figure"
    assert slide.figures[0].link.startswith("/Coordinate_lens?")
    assert slide.figures[0].code
    assert slide.text == slide.figures[0].how_to_read
    (kept,) = keeping.listed(folder)
    assert keeping.find(folder, kept.name) == (held_by(page).talk, held_by(page).written)
    page.switch_page(PAGE).run()
    assert any(each.label.startswith("1 · Figure") for each in page.button)


def test_an_empty_talk_says_how_to_begin_and_offers_nothing_to_take_along(open_page):
    page = open_page(PAGE)
    assert not page.exception
    assert "Add to talk" in page.markdown[0].value
    assert {each.key for each in page.button} >= {"talk-add-title", "talk-add-formula", "talk-empty"}


def test_slides_are_moved_doubled_deleted_and_put_beside_each_other(edited):
    before = held_by(edited).talk.slides
    press(edited, "talk-slide-4")
    press(edited, "talk-splitscreen_right")
    joined = held_by(edited).slide
    assert (joined.kind, joined.figures) == ("pair", (before[3].figures[0], before[4].figures[0]))
    press(edited, "talk-arrow_upward")
    press(edited, "talk-content_copy")
    assert [each.kind for each in held_by(edited).talk.slides][:5] == ["title", "text", "pair", "pair", "formula"]
    press(edited, "talk-delete")
    press(edited, "talk-add-text")
    assert len(held_by(edited).talk.slides) == len(before)


def test_rows_of_panels_become_slides_of_their_own(open_page):
    page = open_page(PAGE)
    whole = figure_slide(frozen(rows(3, 900)), title="Rows", notes="Say it")
    page.session_state["nce_lab_talk"] = HeldTalk(Talk("A", (talk().slides[0], whole, talk().slides[1])))
    page.run()
    labels = [page.button(key=f"talk-slide-{place}").label.split(" · ")[0] for place in range(3)]
    assert labels == ["1", "2-4", "5"]  # as the deck counts
    press(page, "talk-slide-1")
    assert "on 3 slides" in "".join(each.value for each in page.caption)
    press(page, "talk-splitscreen_bottom")
    mine = held_by(page)
    assert mine.talk.slides[1:4] == parts(whole)
    assert (len(mine.talk.slides), mine.place) == (5, 1)
    assert page.button(key="talk-splitscreen_bottom").disabled


def test_title_text_and_notes_are_edited_and_kept(edited, folder):
    press(edited, "talk-slide-1")
    form = held_by(edited).form
    edited.text_input(key=f"talk-title-{form}").set_value("New").run()
    edited.text_area(key=f"talk-notes-{form}").set_value("a\nb\u202e").run()
    slide = held_by(edited).slide
    assert (slide.title, slide.notes) == ("New", "a\nb ")
    assert keeping.find(folder, held_by(edited).name)[0] == held_by(edited).talk


def test_a_tab_goes_on_with_its_talk_and_with_no_other_file(open_page, folder, monkeypatch):
    name, _ = keeping.keep(folder, keeping.new_name(), talk(), "")
    page = open_page(PAGE)
    page.selectbox(key="talk-kept").set_value(name).run()
    press(page, "talk-go-on")
    assert (held_by(page).talk, held_by(page).name) == (talk(), name)


def test_two_sessions_edit_different_talks(open_page, folder):
    pages = [open_page(PAGE), open_page(PAGE)]
    for page in pages:
        press(page, "talk-add-title")
    press(pages[1], "talk-add-text")
    assert [len(held_by(page).talk.slides) for page in pages] == [1, 2]
    assert len({held_by(page).name for page in pages}) == len(keeping.listed(folder)) == 2


def test_where_nothing_is_kept_a_talk_is_edited_all_the_same(open_page, folder, monkeypatch):
    monkeypatch.setenv("NCE_LAB_PUBLIC", "1")
    page = press(open_page(PAGE), "talk-add-title")
    assert len(held_by(page).talk.slides) == 1
    assert not folder.exists()


def test_a_figure_that_was_computed_again_replaces_the_old_one_only_when_told(edited):
    press(edited, "talk-slide-3")
    mine = held_by(edited)
    mine.asked, mine.again = (3, 0), figure(1)
    edited.run()
    assert "The pictures differ." in [each.value for each in edited.text]
    assert mine.slide.figures == (figure(0),)
    next(each for each in edited.button if each.label == "Replace").click()
    edited.run()
    assert held_by(edited).slide.figures == (figure(1),)


def test_the_deck_is_served_to_who_has_its_token(monkeypatch):
    mine = HeldTalk(talk())
    monkeypatch.setitem(holding._held, mine.token, mine)
    door = DeckDoor(fine)
    status, text = ask(door, address(mine), host="127.0.0.1:8501")
    assert (status, text) == (200, build(talk()))
    status, text = ask(door, address(mine, 1), host="127.0.0.1:8501")
    assert (status, text.count("<section"), ">Text</h2>" in text) == (200, 1, True)
    assert ask(door, f"/talk_deck/{'0' * 32}")[0] == 404
    assert ask(door, f"/talk_deck/{mine.token}/../x")[1] == ask(door, "/Talk")[1] == "fine"


@pytest.mark.parametrize(
    ("asked", "lab"),
    [
        ("http://127.0.0.1:9000/Talk", "http://127.0.0.1:9000"),
        ("https://me:secret@hub.example/user/me/lab/Talk/", "https://hub.example/user/me/lab"),
        ("http://[::1]:8502/", "http://[::1]:8502"),
        ("javascript:alert(1)", "http://127.0.0.1:8777/base"),
        (None, "http://127.0.0.1:8777/base"),
    ],
)
def test_the_lab_is_where_the_tab_asks_for_it(monkeypatch, asked, lab):
    options = {"server.baseUrlPath": "/base/", "server.port": 8777}
    monkeypatch.setattr(lab_address, "config", SimpleNamespace(get_option=options.__getitem__))
    monkeypatch.setattr(lab_address, "st", SimpleNamespace(context=SimpleNamespace(url=asked)))
    monkeypatch.setattr(lab_address, "page_address", lambda: "/Talk?v=1")
    assert lab_address.lab_address() == lab


def test_deck_and_handout_lead_back_to_the_lab_that_made_them(edited, monkeypatch):
    made = {}
    monkeypatch.setattr(files, "lab_address", lambda: "http://127.0.0.1:9000")
    monkeypatch.setattr(files, "kept", lambda make, mime, _name: made.setdefault(mime, make))
    edited.run()
    assert not edited.exception
    assert made["text/html"]() == build(talk(), address="http://127.0.0.1:9000")
    assert made["text/markdown"]() == handout(talk(), address="http://127.0.0.1:9000")


def test_a_shipped_talk_is_opened_by_its_link_and_an_unknown_one_is_a_sentence(open_page, folder):
    page = open_page(PAGE, shipped="sincere")
    assert held_by(page).talk == shipped("sincere")
    assert len(keeping.listed(folder)) == 1
    page = open_page(PAGE, shipped="../x").run()  # the browser says at once which talk it had: the page runs again
    assert "shipped must be one of" in page.warning[0].value.replace("\\", "")
    press(page, "put-away-shipped")
    assert not page.warning


def test_a_shipped_talk_opened_again_and_again_lies_on_the_disk_once(open_page, folder):
    for _ in range(3):
        page = open_page(PAGE, shipped="family")
    assert len(keeping.listed(folder)) == 1
    press(page, "talk-empty")
    assert len(keeping.listed(folder)) == 1
    mine = held_by(page)
    mine.open(shipped("family"))
    mine.change(replace(mine.talk, title="Mine"))
    again = open_page(PAGE, shipped="family")
    assert held_by(again).talk == shipped("family")
    assert {each.title for each in keeping.listed(folder)} == {"Mine", shipped("family").title}


def test_a_link_to_a_shipped_talk_says_that_the_own_one_is_kept_and_goes_back(edited):
    before = held_by(edited).talk
    edited.query_params["shipped"] = "sincere"
    edited.run()
    assert held_by(edited).talk == shipped("sincere")
    assert f"{before.title} ({len(before.slides)} slides), is kept" in edited.info[0].value.replace("\\", "")
    press(edited, "talk-mine")
    assert held_by(edited).talk == before
    assert not edited.info


def test_a_link_in_a_tab_that_had_a_talk_keeps_it_at_hand(monkeypatch, folder):
    mine, own = HeldTalk(talk()), HeldTalk(replace(talk(), title="Mine"))
    own.change(own.talk)
    mine.by_link = True
    session = {holding._KEY: mine, holding.browser.TALK_TAB: SimpleNamespace(talk=own.name)}
    monkeypatch.setattr(holding.st, "session_state", session)
    holding._take_up()
    assert mine.before == (own.talk, own.name, own.written)


@pytest.mark.parametrize("keeps", [True, False])
def test_the_talk_in_whose_place_another_was_opened_is_at_hand(edited, keeps, monkeypatch):
    if not keeps:
        monkeypatch.setenv("NCE_LAB_PUBLIC", "1")
    before = held_by(edited).talk
    press(edited, "talk-shipped-sincere")
    assert held_by(edited).talk == shipped("sincere")
    press(edited, "talk-before")
    assert held_by(edited).talk == before


def test_with_its_session_goes_the_deck(monkeypatch):
    mine = HeldTalk(talk())
    holding._held[mine.token] = mine
    token = mine.token
    del mine
    assert holding.of_token(token) is None
