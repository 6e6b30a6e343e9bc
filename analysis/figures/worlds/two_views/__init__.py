"""Figures of two views.

From frames and traces of `toy_models.two_views` to exhibits.
"""
