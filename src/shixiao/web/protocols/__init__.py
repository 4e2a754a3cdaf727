"""Protocols: the questions that evaluators answer, for everybody to read beforehand."""
