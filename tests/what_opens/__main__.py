"""python -m tests.what_opens: writes docs/what_opens.md anew."""

from tests.what_opens.table import PAGE, page

PAGE.write_text(page())
