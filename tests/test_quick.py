"""What `make check` leaves out: what was measured to be slow, what drives a browser, and nothing else."""

from tests import quick


def test_the_list_has_no_file_that_is_no_more():
    assert [path for path in quick.measured() if not (quick.ROOT / path).is_file()] == []


def test_the_quickest_go_first_and_the_budget_is_kept():
    seconds = {"a.py": 50.0, "b.py": 3.0, "c.py": 30.0, "d.py": 3.0}
    assert quick.slow(seconds, budget=36.0) == {"a.py"}
    assert quick.slow(seconds, budget=35.0) == {"a.py", "c.py"}


def test_a_new_file_runs_and_a_slow_one_and_the_browser_s_do_not(monkeypatch):
    monkeypatch.setattr(quick, "_SLOW", {"tests/test_soak.py"})
    left_out = [path for path in ("test_soak.py", "test_new.py", "browser") if ignored(path)]
    assert left_out == ["test_soak.py", "browser"]


def ignored(name):
    return quick.pytest_ignore_collect(quick.ROOT / "tests" / name)


def test_some_of_the_quick_ones_are_of_every_layer():
    files = {path.relative_to(quick.ROOT).as_posix() for path in (quick.ROOT / "tests").rglob("test_*.py")}
    kept = files - quick.slow(quick.measured())
    assert {path.split("/")[1] for path in kept} >= {"losses", "toy_models", "analysis", "checkpoints", "ui"}
