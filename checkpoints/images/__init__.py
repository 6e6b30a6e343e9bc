"""Labelled images of the user's own, in the forms that data sets come in; decoded, never executed."""
