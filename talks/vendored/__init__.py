"""Code of others that goes into a deck as it is: reveal.js and KaTeX, with licence, version and digests.

`digests.json` says what is here, `renew.py` makes all of it from the packages of npm.
"""
