"""The documentation of Shixiao; ``python -m docs.generate`` writes what is generated of it."""
