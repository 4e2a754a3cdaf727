"""Matters that people bring, their needs, and tests of the channels by which they come."""
