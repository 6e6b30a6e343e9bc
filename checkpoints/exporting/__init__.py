"""What was opened, taken along: Parquet, the projector's TSV pair, an .npz that opens here with the same numbers.

Nothing here computes a number of its own but the map that stands in where none was made.
"""
