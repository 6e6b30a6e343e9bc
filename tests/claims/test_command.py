"""`python -m claims`: verdicts on stdout, exit 0 whatever they are, and 2 with one sentence for a mistake."""

import json
import re

import pytest

from analysis.rules.kinds import Outcome
from analysis.rules.verdict import Verdict
from claims import __main__ as command
from claims import shipped
from claims.over_seeds import Agreement, agreement, seeds_table
from claims.registry import CLAIMS
from claims.running import measure
from claims.slides import slide
from claims.words import reason, short
from losses.errors import LabError
from tests.claims.small import QUICKEST


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "default_folder", lambda: tmp_path / "claims")
    return tmp_path / "claims"


def test_one_claim_is_told_and_kept(capsys, folder):
    assert command.main([QUICKEST, "--quick"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("No temperature turns one coordinate into the other: holds\n")
    assert "Largest gap of the logits at the best temperature: 0.310 nats, exact; asked for: above 0.1 nats" in said
    assert len(list(folder.iterdir())) == 1


def test_what_was_measured_is_taken_and_again_measures_anew(capsys, monkeypatch):
    command.main([QUICKEST, "--json"])
    first = json.loads(capsys.readouterr().out)
    command.main([QUICKEST, "--json"])
    assert json.loads(capsys.readouterr().out) == first
    command.main([QUICKEST, "--json", "--again"])
    again = json.loads(capsys.readouterr().out)
    assert again["ended"] > first["ended"]
    assert again["parts"] == first["parts"]


def test_json_has_verdict_rule_and_number():
    parts = {part.key for part in CLAIMS[QUICKEST].parts}
    made = command._json(command._result(CLAIMS[QUICKEST], command.Effort.QUICK, 0, again=True))
    assert made["verdict"] == "holds"
    assert {each["key"] for each in made["parts"]} == parts
    assert all(each["low"] <= each["value"] <= each["high"] for each in made["parts"])


def test_several_seeds_have_a_verdict_each_and_a_word_on_whether_they_agree(capsys, folder):
    assert command.main([QUICKEST, "--quick", "--seeds", "0,3,4"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "No temperature turns one coordinate into the other: the seeds agree"
    assert [line.split()[:3] for line in said[1:4]] == [["seed", str(seed), "holds"] for seed in (0, 3, 4)]
    assert said[4].startswith("The seeds agree, 3 of them: holds 3. Largest gap of the logits")
    assert len(list(folder.iterdir())) == 3
    command.main([QUICKEST, "--quick", "--seeds", "0,3", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["agreement"] == "the seeds agree"
    assert [each["seed"] for each in found["seeds"]] == [0, 3]


def test_the_page_s_table_has_a_row_a_seed_and_says_what_is_shipped():
    results = [shipped.result_of(CLAIMS[QUICKEST]), measure(CLAIMS[QUICKEST], command.Effort.QUICK, 5)]
    found = seeds_table(results)
    assert list(found["seed"]) == [0, 5]
    assert list(found["computed"]) == ["shipped", "on this machine"]
    assert list(found["form"]) == ["full", "quick"]


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ((Verdict.FAILS, Verdict.FAILS), Agreement.AGREE),
        ((Verdict.FAILS, Verdict.OPEN), Agreement.WHERE_TOLD),
        ((Verdict.OPEN, Verdict.OPEN), Agreement.OPEN),
        ((Verdict.HOLDS, Verdict.IN_PART, Verdict.HOLDS), Agreement.DISAGREE),
    ],
)
def test_seeds_agree_by_the_rule(verdicts, said):
    assert agreement(verdicts) is said


def test_all_of_them_have_a_line_each(capsys, monkeypatch):
    monkeypatch.setattr(command, "CLAIMS", {QUICKEST: CLAIMS[QUICKEST]})
    assert command.main([]) == 0
    assert capsys.readouterr().out.startswith(f"{QUICKEST}  ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing"], "claim must be one of categorical_floor, "),
        ([QUICKEST, "--seeds", "3"], "--seeds must be 2 to 20 different whole numbers with commas between, but is 3."),
        ([QUICKEST, "--seed", "-1"], "--seed must be a whole number from 0 to 2,147,483,647, but is -1."),
    ],
)
def test_a_mistake_is_one_sentence_and_2(words, sentence, capsys):
    assert command.main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(sentence)
    assert len(said.err.strip().splitlines()) == 1


def test_every_claim_is_shipped_with_a_slide():
    for name, claim in CLAIMS.items():
        found = shipped.result_of(claim)
        assert found is not None
        assert found.shipped
        made = slide(name)
        assert made.verdict == found.verdict.value
        assert made.number.endswith(".")
        assert made.computed.startswith("Shipped with NCE Lab, computed on ")
        assert made.exhibit.alt
        assert made.exhibit.how_to_read
    with pytest.raises(LabError, match=r"^claim must be one of "):
        slide("nothing")


def test_shipped_results_say_nothing_of_a_machine():
    import platform

    text = shipped.FILE.read_text()
    assert platform.node() not in text.split('"')
    for claim in CLAIMS.values():
        found = shipped.result_of(claim)
        assert found.seconds == 0.0
        assert found.ended % 86_400 == 0


def test_without_a_shipped_result_a_slide_says_what_to_run(monkeypatch):
    monkeypatch.setattr(shipped, "_all", dict)
    with pytest.raises(LabError, match="Run python -m claims two_coordinates"):
        slide(QUICKEST)


def test_what_keeps_a_claim_from_holding_is_named_with_the_threshold_that_it_misses():
    for claim in CLAIMS.values():
        result = shipped.result_of(claim)
        said = short(result)
        for each in result.judged:
            named = {Outcome.FAILS: "Fails: ", Outcome.OPEN: "Cannot be told: "}.get(each.outcome)
            assert named is None or f"{named}{each.part.says}: {each.in_words()}" in said
            assert not each.part.says.startswith("The same")
        assert said.startswith(("All ", "Its one part holds")) == (result.verdict is Verdict.HOLDS)


def test_a_slide_names_every_part_that_does_not_hold_once():
    """Of at most four; the one whose number is quoted is not named again."""
    for claim in CLAIMS.values():
        result = shipped.result_of(claim)
        said = reason(result)
        for each in result.judged:
            assert said.count(f"{each.part.says}: {each.in_words()}") <= 1
            if each.outcome is Outcome.FAILS:
                assert len(re.findall(rf"{re.escape(each.part.says)}[:;.]", said)) == 1, said
