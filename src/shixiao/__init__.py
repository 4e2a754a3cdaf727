"""Shixiao 实效: does a digital public service work for people, in numbers anyone can re-check?"""

__version__ = "0.1.0"
