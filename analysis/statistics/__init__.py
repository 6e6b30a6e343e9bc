"""Intervals and tests: bootstrap, influence, Holm, paired comparisons, bins that follow the data.

Numbers in, numbers with intervals out: nothing here knows what they are of.
"""
