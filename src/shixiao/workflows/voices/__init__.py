"""Matters that people bring: taken in, routed, handled, answered, opened again, learnt from."""
