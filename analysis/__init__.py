"""What is measured: arrays in, frozen results out, a room a kind of question; `outputs` is what a checkpoint gave.

No file is opened here and nothing is drawn; pictures of a room's results are in the room of its name in `figures`.
"""
