"""Matching: lists are matched with what departments hold, and people decide wording by wording."""
