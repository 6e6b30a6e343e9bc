"""docs/what_opens.md is what the command answers today, and no answer is a dead end."""

from tests.what_opens.table import PAGE, page


def test_the_table_is_what_is_answered():
    made = page()
    assert made.splitlines() == PAGE.read_text().splitlines(), "python -m tests.what_opens writes it anew"
