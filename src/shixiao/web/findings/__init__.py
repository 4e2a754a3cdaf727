"""Findings: the list, and one with all that speaks for and against it."""
