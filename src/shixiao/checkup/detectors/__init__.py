"""Detectors of digital formalism: one file each, registering themselves .

How to write one stands in docs/how-to/add-a-detector.md.

A detector turns a scene into trials; the family of all trials of a kind decides which become
findings, so that no detector judges its own multiplicity.
"""
