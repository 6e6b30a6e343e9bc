"""Two to six checkpoints on the same items: matching, differences with intervals, verdicts and what matters.

Nothing here opens a file, and no verdict is about losses.
"""
