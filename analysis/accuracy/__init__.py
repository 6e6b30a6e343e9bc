"""Can a class be read off: linear probe, confusion matrix, ROC and precision-recall.

Arrays in, frozen results out; neighbours' votes live in `analysis.neighbours.vote`, probabilities' errors in `analysis.calibration.top_label`.
"""
