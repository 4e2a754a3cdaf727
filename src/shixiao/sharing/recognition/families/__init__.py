"""Recognisers, one family a file; each registers what it knows."""
