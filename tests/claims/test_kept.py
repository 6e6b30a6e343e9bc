"""Results on disk: the same to the last bit, by content, bounded, and never a damaged one."""

import json
import random
from dataclasses import replace

import pytest

from claims import code_version, kept, running
from claims.claim import Effort
from claims.kept import find, keep, path_of
from claims.registry import CLAIMS
from claims.results import MOST_BYTES, dumps, loads
from claims.running import known
from losses.errors import LabError
from tests.claims.small import claim, result


@pytest.fixture
def file(tmp_path):
    keep(result(), tmp_path)
    return path_of(claim(), Effort.QUICK, 0, tmp_path)


def test_a_kept_result_is_the_result_to_the_last_bit(tmp_path):
    for made in (result(), replace(result(), seed=3, effort=Effort.FULL)):
        keep(made, tmp_path)
        assert find(claim(), made.effort, made.seed, tmp_path) == made


def test_a_quick_form_takes_no_full_ones_place(tmp_path, monkeypatch):
    quick, full = result(), replace(result(), effort=Effort.FULL, seconds=1.0)
    keep(quick, tmp_path)
    assert known(claim(), 0, tmp_path).shipped
    with monkeypatch.context() as patch:  # the shipped one is of older code, and as good as none of today
        patch.setattr(running, "code_of", lambda _: "another")
        assert known(claim(), 0, tmp_path) == quick
    keep(full, tmp_path)
    assert known(claim(), 0, tmp_path) == full


def test_another_seed_effort_or_claim_has_a_file_of_its_own(tmp_path):
    paths = {path_of(each, effort, seed, tmp_path) for each in CLAIMS.values() for effort in Effort for seed in (0, 1)}
    assert len(paths) == len(CLAIMS) * 4


def test_other_code_or_libraries_do_not_find_it(file, monkeypatch):
    assert find(claim(), Effort.QUICK, 0, file.parent) is not None
    with monkeypatch.context() as patch:
        patch.setattr(kept, "code_of", lambda _: "other")
        assert find(claim(), Effort.QUICK, 0, file.parent) is None
    monkeypatch.setattr(kept, "libraries", lambda: "torch 99")
    assert find(claim(), Effort.QUICK, 0, file.parent) is None


def test_the_code_of_a_claim_is_what_it_imports_and_reads():
    reached = {
        path.relative_to(code_version.ROOT).as_posix()
        for path in code_version._reached(code_version._file_of("claims.catalogue.repelling_pairs"))
    }
    assert {"toy_models/repulsion/run.py", "losses/contrasts.py", "analysis/rules/kinds.py"} <= reached
    assert not {"claims/catalogue/class_size.py", "ui/session.py", "analysis/figures/theme.py"} & reached
    assert "checkpoints/native/small_conv.py" in reached  # only imported inside of functions of others
    for each in CLAIMS.values():
        assert all((code_version.ROOT / name).is_file() for name in each.files)


@pytest.mark.parametrize("seed", range(60))
def test_a_spoilt_file_is_as_if_it_were_not_there(file, seed):
    data, rng = bytearray(file.read_bytes()), random.Random(seed)
    for _ in range(rng.randint(1, 4)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    spoilt = bytes(data[: rng.randrange(len(data))] if seed % 3 == 0 else data)
    changed = spoilt != file.read_bytes()
    file.write_bytes(spoilt)
    found = find(claim(), Effort.QUICK, 0, file.parent)
    assert found is None if changed else found is not None


def test_no_giant_and_no_link_is_read(file, tmp_path):
    whole = file.read_bytes()
    file.write_bytes(whole + b" " * MOST_BYTES)
    assert find(claim(), Effort.QUICK, 0, tmp_path) is None
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(whole)
    file.unlink()
    file.symlink_to(elsewhere)
    assert find(claim(), Effort.QUICK, 0, tmp_path) is None


def test_the_newest_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "MOST_RESULTS", 3)
    made = result()
    for seed in range(5):
        keep(replace(made, seed=seed), tmp_path)
    assert len(list(tmp_path.glob("*.claim"))) == 3


WRONG = {
    "no object": "[]",
    "another claim": {"claim": "softmax_floor"},
    "another schema": {"schema": 2},
    "an effort that is none": {"effort": "heroic"},
    "a seed that is no number": {"seed": True},
    "a seed below 0": {"seed": -1},
    "no numbers": {"numbers": {}},
    "numbers that are none": {"numbers": {"gap": {"value": "1", "error": 0, "freedom": 0, "over": "x", "points": []}}},
    "a negative error": {"numbers": {"gap": {"value": 1, "error": -1, "freedom": 0, "over": "x", "points": []}}},
    "no lines": {"lines": {}},
    "lines of unequal length": {"lines": {"gaps": [{"name": "a", "style": "b", "x": [1], "y": [], "exact": False}]}},
    "names that do not print": {"libraries": "torch\u202e"},
    "names that do not end": {"code": "a" * 5000},
    "a thousand numbers": {"numbers": {str(key): {} for key in range(1000)}},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_result_is_one_sentence(name):
    change = WRONG[name]
    text = change if isinstance(change, str) else json.dumps(json.loads(dumps(result())) | change)
    with pytest.raises(LabError):
        loads(text, claim(), name="a.claim")


def test_a_verdict_is_in_no_file(file):
    assert "verdict" not in file.read_text()
    assert "holds" not in file.read_text()
