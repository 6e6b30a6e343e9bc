"""One claim a file: its text, its rules, and the function that measures. Heavy imports are inside of the functions."""
