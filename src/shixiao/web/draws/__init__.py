"""Draws: what was drawn, from what, by which public value, and how anybody draws it again."""
