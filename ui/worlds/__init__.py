"""The pages of the toy worlds: controls, the live panel, finished figures, presets.

A spec is the widget contract; a preset is a link.
"""
