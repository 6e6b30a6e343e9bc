"""A training run of the lab's own: steps, augmentations, resuming, watching the gradient.

Bitwise the same file for the same recipe on one machine.
"""
