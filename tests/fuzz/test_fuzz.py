"""The first 300 cases of `make fuzz`; and that a fault would be found."""

import subprocess
import sys
from pathlib import Path

from tests.fuzz import campaign
from tests.fuzz.campaign import findings

ROOT = Path(__file__).parents[2]
DIGEST = """
import hashlib, sys, tempfile
from pathlib import Path
from tests.fuzz.campaign import write_case
digest = hashlib.sha256()
for number in range(60):
    with tempfile.TemporaryDirectory() as folder:
        path = write_case(number, Path(folder))[1]
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
print(digest.hexdigest())
"""


def test_spoilt_files_open_or_are_refused_in_one_sentence(confined_reader):
    assert [str(finding) for finding in findings(range(300), confined_reader)] == []


def test_a_case_is_its_number_also_in_another_process(capsys):
    there = subprocess.check_output([sys.executable, "-c", DIGEST], cwd=ROOT, text=True)
    exec(DIGEST)
    assert capsys.readouterr().out == there


def test_a_fault_is_found(monkeypatch, confined_reader):
    monkeypatch.setattr(campaign, "MOST_SECONDS", 0.0)
    assert "s" in str(next(findings(range(1), confined_reader)))
