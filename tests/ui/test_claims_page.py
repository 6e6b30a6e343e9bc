"""The page on claims: verdicts at once, from numbers that are there; one measured again; links of nonsense."""

from dataclasses import replace

import pytest

from claims import kept, shipped
from claims.claim import Effort
from claims.code_version import code_of
from claims.registry import CLAIMS
from claims.running import measure
from losses.errors import LabError
from tests.ui.run_page import button, check_one_notice, check_opens, run_until
from ui.claims import running
from ui.frame import PAGES
from ui.server import public

PAGE = "pages/5_Claims.py"
QUICKEST = "two_coordinates"
LAST = list(CLAIMS.values())[-1]


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr("claims.kept.default_folder", lambda: tmp_path / "claims")
    return tmp_path / "claims"


def said(page):
    return [each.value.replace("\\", "") for each in (*page.markdown, *page.caption)]


def origins(page):
    ends = ("; shipped", "; computed on this machine", "; computed on this machine, quick form")
    return [each.rsplit("; ", 1)[-1] for each in said(page) if each.endswith(ends)]


def test_it_opens_with_all_verdicts_and_measures_nothing(open_page, monkeypatch):
    monkeypatch.setattr(running, "measure", None)
    page = open_page(PAGE)
    check_opens(page)
    shown = [each.value for each in page.markdown if each.value.startswith(":material/")]
    found = [shipped.result_of(claim).verdict.value for claim in CLAIMS.values()]
    assert [each.split(" ", 1)[1].strip("*") for each in shown] == found
    assert origins(page) == ["shipped"] * len(CLAIMS)
    for claim in CLAIMS.values():
        assert claim.statement in said(page)


@pytest.mark.parametrize("name", CLAIMS)
def test_each_claim_opens_with_verdict_figures_and_where_to_go_on(open_page, name):
    claim = CLAIMS[name]
    page = open_page(PAGE, claim=name)
    check_opens(page)
    assert len(page.get("plotly_chart")) == 1 + len(claim.drawings)
    verdict = shipped.result_of(claim).verdict.value.capitalize()
    assert any(f"**{verdict}.**" in each for each in said(page))
    assert any(each.startswith("Shipped with NCE Lab, computed on ") for each in said(page))
    assert len(page.header) + len(page.subheader) == 5 + 1 + len(claim.drawings)
    assert all(each.page in PAGES for each in claim.play_on)
    assert page.code[-1].value == f"python -m claims {name}"


def test_a_claim_becomes_a_slide_of_the_talk(open_page):
    page = open_page(PAGE, claim=QUICKEST)
    page.button("claim-talk").click().run()
    check_opens(page)
    (slide,) = page.session_state["nce_lab_talk"].talk.slides
    result = shipped.result_of(CLAIMS[QUICKEST])
    assert (slide.kind, slide.title, slide.verdict) == ("claim", CLAIMS[QUICKEST].title, result.verdict.value)
    assert slide.figures[0].link == f"/Claims?claim={QUICKEST}&v=1"
    assert slide.notes


def test_a_title_opens_its_claim_with_a_link(open_page):
    page = open_page(PAGE)
    button(page, f"**{CLAIMS[QUICKEST].title}**").click().run()
    check_opens(page)
    assert page.selectbox[0].value == QUICKEST
    assert page.query_params["claim"] == QUICKEST


def test_run_again_keeps_what_this_machine_found(open_page, folder):
    page = open_page(PAGE, claim=QUICKEST)
    button(page, "Run again, quick form").click().run()
    run_until(page, lambda: any(each.startswith("Computed on this machine") for each in said(page)))
    assert kept.find(CLAIMS[QUICKEST], Effort.QUICK, 0, folder) is not None
    assert any(each.startswith("In full form (shipped): ") for each in said(page))
    assert origins(open_page(PAGE)) == ["shipped"] * len(CLAIMS)  # a quick form takes no full one's place


def test_all_are_measured_one_after_the_other_and_each_is_kept_as_it_comes(open_page, folder, monkeypatch):
    def at_once(claim, effort, seed, watch):
        watch(1, 2)
        if claim is LAST:
            raise LabError("claim", "is the last of this test", claim.name)
        return replace(shipped.result_of(claim), shipped=False, effort=effort, code=code_of(claim))

    monkeypatch.setattr(running, "measure", at_once)
    page = open_page(PAGE)
    button(page, "Measure all here, quick form").click().run()
    run_until(page, lambda: any("is the last of this test" in each.value for each in page.error))
    assert origins(page).count("computed on this machine, quick form") == len(CLAIMS) - 1
    assert [kept.find(claim, Effort.QUICK, 0, folder) is None for claim in CLAIMS.values()].count(True) == 1


def test_stop_ends_a_measurement_and_keeps_nothing(open_page, folder, monkeypatch):
    def endless(claim, effort, seed, watch):
        while True:
            watch(1, 100)

    monkeypatch.setattr(running, "measure", endless)
    page = open_page(PAGE, claim=QUICKEST)
    button(page, "Run again, full form").click().run()
    run_until(page, lambda: not button(page, "Stop").disabled)
    button(page, "Stop").click().run()
    run_until(page, lambda: any(each.startswith("Stopped") for each in said(page)))
    assert not folder.exists()
    assert not button(page, "Run again, full form").disabled


def test_for_strangers_nothing_is_kept_and_the_session_sees_its_own(open_page, folder, monkeypatch):
    monkeypatch.setattr(running, "caps", lambda: public.PUBLIC)
    page = open_page(PAGE, claim=QUICKEST)
    button(page, "Run again, quick form").click().run()
    run_until(page, lambda: any(each.startswith("Computed on this machine") for each in said(page)))
    assert not folder.exists()


def test_another_seed_is_not_the_shipped_one(open_page):
    page = open_page(PAGE, claim="class_size", seed="5")
    assert not page.exception
    assert page.info[0].value == "Nobody has measured this claim with seed 5 on this machine yet."
    assert not page.get("plotly_chart")
    assert page.code[-1].value == "python -m claims class_size --seed 5"


@pytest.mark.parametrize("query", [{"claim": "nothing"}, {"claim": QUICKEST, "seed": "nan"}])
def test_bad_values_fall_back_with_a_notice(open_page, query):
    page = open_page(PAGE, **query)
    check_one_notice(page, list(query)[-1])


def test_the_same_seed_gives_the_same_numbers():
    claim = CLAIMS["kl_bound"]
    first, again, other = (measure(claim, Effort.QUICK, seed) for seed in (1, 1, 2))
    assert first.findings == again.findings
    assert first.findings != other.findings
