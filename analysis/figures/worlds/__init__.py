"""Figures of the toy worlds, live, finished and as replays: a folder a world.

`echarts` spells the theme for live pictures; the worlds themselves are `toy_models`.
"""
