"""The pages on losses: anatomy, forces, force curves, dynamics, sampling, the catalogue.

What they show follows from the catalogue.
"""
