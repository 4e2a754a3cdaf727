"""Fieldwork: an evaluator's items, the form that works offline, and the signature."""
