"""Checkpoints that other people's code wrote: their encoders built here in plain torch, their weights read as data."""
