"""The page Compare: which checkpoints, the job beside the page, panels and marked items.

Verdicts are `analysis.comparison`'s.
"""
