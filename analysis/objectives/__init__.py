"""What each loss of the catalogue says of a model's outputs, beside chance.

By the library's public functions alone; how the losses are made is `losses`' business.
"""
