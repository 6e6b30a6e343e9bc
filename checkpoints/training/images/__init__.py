"""Training on real images: ResNets, two views on the device, a file of weights and one of outputs.

Reading images is `checkpoints.images`; the digits' own path is beside this room, in `training`.
"""
