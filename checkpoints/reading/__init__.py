"""Files as data: what kind, how large, which arrays, names and values, and what opening them otherwise would run.

Nothing here executes, unpickles or trusts a declared size; no torch is imported.
"""
