"""What a loss does to pairs and logits: matrices, curves on a scene, groups, dynamics, sampling, own losses.

Everything follows from the catalogue's records; no loss is told by its name.
"""
