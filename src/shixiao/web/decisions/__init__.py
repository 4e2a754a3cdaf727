"""Decisions of systems: what a person may know of the own, and what is laid down and checked."""
