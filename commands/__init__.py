"""How the project's commands read their options and answer: our words for argparse's, one sentence, exit codes.

Nothing is computed here, and no file is opened; each command lives beside what it runs.
"""
