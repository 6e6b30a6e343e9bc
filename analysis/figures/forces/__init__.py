"""Figures of `analysis.forces`: matrices, curves, groups, dynamics, sampling.

A function from a result to an `Exhibit`; no arithmetic beyond what a picture needs.
"""
