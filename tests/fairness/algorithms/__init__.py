"""Tests of the register of algorithms."""
