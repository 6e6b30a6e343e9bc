"""How embeddings fill their space: spectrum, alignment, uniformity, spread on the sphere.

Statistics of items and pairs; neighbours live next door.
"""
