"""Rules that are written before the numbers: a number with its interval goes in, an outcome comes out.

What is measured is none of this room's business: the claims that use the rules live in `claims`.
"""
