"""Runs in threads: one run, the queue for all, whom a click makes wait, runs kept on disk, runs of other tabs.

Never calls Streamlit from a run's thread.
"""
