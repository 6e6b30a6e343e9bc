"""An exhibit as files: the table as CSV, the figure as one web page that needs no network."""

from dataclasses import replace
from html import escape

from analysis.figures.exhibit import Exhibit
from analysis.figures.presenting import presenting
from ui.foreign_text import table

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 16px/1.5 sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }}</style></head>
<body>{shown}</body></html>
"""


def csv(exhibit: Exhibit) -> str:
    """The table behind the figure, one row a mark, every digit; text that a spreadsheet would run begins with '."""
    return table(exhibit.table, inert="'").to_csv(index=False)


def web_page(exhibit: Exhibit) -> str:
    """The figure with its title and how to read it, and Plotly itself (about 4 MB): it opens anywhere, offline."""
    return _PAGE.format(title=escape(exhibit.title), shown=exhibit.html())


def slide(exhibit: Exhibit) -> str:
    """The same at the size of a projector, 1280 x 720, with text that is read from the last row."""
    return web_page(replace(exhibit, plot=presenting(exhibit.plot)))
