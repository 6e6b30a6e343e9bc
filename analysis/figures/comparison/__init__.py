"""Figures of `analysis.comparison`, on shared axes.

A function from a result to an `Exhibit`; no arithmetic beyond what a picture needs.
"""
