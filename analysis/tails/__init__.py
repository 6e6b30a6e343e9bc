"""The largest cosines: generalised Pareto fits, random vectors, the coordinate that sees an endpoint.

Fits and exact answers; figures live in `analysis.figures.tails`.
"""
