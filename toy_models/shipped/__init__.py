"""Finished runs that come with the lab, one a preset of each world, so that a page opens on its picture.

Read as plain arrays. `python -m toy_models.shipped` makes them.
"""

from toy_models.shipped.store import ShippedRun, find, find_answer, path_of

__all__ = ["ShippedRun", "find", "find_answer", "path_of"]
