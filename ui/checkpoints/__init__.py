"""The pages Checkpoints and File contents: which file, what is computed on it once, a module a section.

Arithmetic lives in `analysis`; a section draws and asks.
"""
