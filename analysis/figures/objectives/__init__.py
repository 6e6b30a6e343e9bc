"""Figures of `analysis.objectives`.

A function from a result to an `Exhibit`; no arithmetic beyond what a picture needs.
"""
