"""Can a class be read off: linear probe, confusion matrix, ROC and precision-recall.

Arrays in, frozen results out; neighbours' votes live in `analysis.neighbours`, probabilities' errors in
`analysis.calibration`.
"""
