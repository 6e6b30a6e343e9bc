"""Figures of world 1, simplex labels.

From frames and traces of `toy_models.simplex` to exhibits.
"""
