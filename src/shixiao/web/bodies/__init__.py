"""Evaluating bodies: what each did, how far its people agree, what was late, ties declared."""
