"""One anchor's loss taken apart: who stands above and below the bar, with which weight.

The marks come from the catalogue's records; no loss is told by its name.
"""
