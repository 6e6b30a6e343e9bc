"""An exhibit as files: the table as CSV, the figure as one web page that needs no network."""

from html import escape

from analysis.figures.exhibit import Exhibit
from ui.foreign_text import table

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 16px/1.5 sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }}</style></head>
<body><h1>{title}</h1>{plot}<p><b>How to read this.</b> {how_to_read}</p></body></html>
"""


def csv(exhibit: Exhibit) -> str:
    """The table behind the figure, one row a mark, every digit; text that a spreadsheet would run begins with '."""
    return table(exhibit.table, inert="'").to_csv(index=False)


def web_page(exhibit: Exhibit) -> str:
    """The figure with its title and how to read it, and Plotly itself (about 4 MB): it opens anywhere, offline."""
    plot = exhibit.plot.to_html(
        full_html=False, include_plotlyjs=True, auto_play=False, config={"displaylogo": False}
    )  # a replay waits for its Play button
    return _PAGE.format(title=escape(exhibit.title), plot=plot, how_to_read=escape(exhibit.how_to_read))
