"""Decisions of systems: laid down, taken in, counted, checked, explained, put right."""
