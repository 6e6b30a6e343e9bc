"""The page Talk: slides in order, frozen exhibits among them, and the one file that they become.

A talk itself, its file and its deck lie in the room `talks`; here are widgets and what a session keeps.
"""
