"""Figures of world 2, repulsion.

From frames and traces of `toy_models.repulsion` to exhibits.
"""
