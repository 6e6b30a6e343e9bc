"""Pictures of claims: what was measured beside what was asked for, and the lines that a measurement leaves."""
