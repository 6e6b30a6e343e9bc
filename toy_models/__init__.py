"""Toy worlds with a known truth, their networks, and the trainer that runs all losses and seeds as one program.

Each world is a package with a frozen spec, `simulate(spec, device)` that yields frames, and `reference(spec)` with
the exact answers. The worlds are our constructions; the statements that they measure are the papers'.
"""
