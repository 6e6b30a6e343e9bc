"""Networks that are not built here: the user's own code, transformers, timm; weights are read as data, put in by name.

No code is ever named by a file, a page or a link.
"""
