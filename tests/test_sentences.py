"""Every sentence that a LabError can make: provoked, collected, and held to what can be checked of it.

`python -m pytest tests/test_sentences.py -k provoked -s` prints them all, to be read as who gets them would.
"""
