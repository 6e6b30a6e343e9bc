"""What every exhibit has."""

from collections.abc import Sequence

from analysis.figures.exhibit import Exhibit


def check_complete(exhibits: Sequence[Exhibit]) -> None:
    """All that a reader needs: title, how to read it, alternative text, table; no title in the plot, no ground."""
    for exhibit in exhibits:
        assert exhibit.title
        assert exhibit.how_to_read
        assert exhibit.alt
        assert len(exhibit.table)
        assert exhibit.plot.layout.title.text is None
        assert exhibit.plot.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert len({exhibit.stem for exhibit in exhibits}) == len(exhibits)
