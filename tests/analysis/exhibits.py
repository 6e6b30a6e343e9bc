"""What every exhibit has."""

import re
from collections.abc import Sequence

from analysis.figures.exhibit import Exhibit


def check_complete(exhibits: Sequence[Exhibit]) -> None:
    """All that a reader needs: title, how to read it, alternative text, table; no title in the plot, no ground."""
    for exhibit in exhibits:
        assert exhibit.title
        assert exhibit.how_to_read
        check_answers(exhibit)
        assert len(exhibit.table)
        assert exhibit.plot.layout.title.text is None
        assert exhibit.plot.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert len({exhibit.stem for exhibit in exhibits}) == len(exhibits)


def check_answers(exhibit: Exhibit) -> None:
    """The alternative text gives each number that the title answers with."""
    numbers = re.findall(r"\d+(?:[.,]\d+)*", exhibit.title)
    assert exhibit.alt
    assert [each for each in numbers if each not in exhibit.alt] == [], (exhibit.title, exhibit.alt)
