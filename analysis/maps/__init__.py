"""Maps in two dimensions: PCA, UMAP, t-SNE, their cache, their own process, what they keep.

UMAP is imported by the worker alone.
"""
