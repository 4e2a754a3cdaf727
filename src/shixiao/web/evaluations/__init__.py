"""Evaluations: what was evaluated, by what, with which result; published or not."""
