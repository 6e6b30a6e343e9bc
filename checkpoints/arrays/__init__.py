"""Arrays in any usual form: one small reader a form, and which array is what. Nothing is executed or unpickled.

A form lists its arrays without reading them, and reads those that are asked for; no torch, no pandas.
"""
