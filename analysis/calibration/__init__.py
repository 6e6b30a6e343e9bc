"""Are probabilities what they say: scores, reliability by top label and by class, temperature.

Probabilities and labels in; where they come from is `analysis.accuracy`'s business.
"""
