"""Torch files read as data: archive, pickle, tensors, layouts.

Nothing in a pickle is called; no torch is imported.
"""
