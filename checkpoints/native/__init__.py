"""The lab's own checkpoints: file, metadata, encoders, data sets, recipes and the objectives of training.

Reading and describing; `checkpoints.training` writes them.
"""
