"""Nearest similarities, k nearest neighbours, their vote, their graph: exact, block by block.

Never an M x N buffer; copies are at distance 0.
"""
