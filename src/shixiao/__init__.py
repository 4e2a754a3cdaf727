"""Shixiao 实效: does a digital public service work for people, and can a third party re-check the answer?"""

__version__ = "0.1.0"
