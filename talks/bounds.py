"""How much a talk may be."""

SLIDES = 200
FIGURES = 2
"""On one slide."""
LINE = 400
"""Characters of a title or another single line."""
TEXT = 20_000
"""Characters of a slide's text, of its notes, of the code of a figure."""
FIGURE_BYTES = 6 << 20
"""Of a figure's JSON."""
ROWS, COLUMNS = 2_000, 100
"""Of the table that stays with a figure."""
FILE_BYTES = 64 << 20
"""Of the file, and of all that is in it, unpacked."""
BRACKETS = 200_000
"""Objects and lists in one JSON text."""
