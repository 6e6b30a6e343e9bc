"""Figures of the noise floor.

From frames and traces of `toy_models.noise_floor` to exhibits.
"""
