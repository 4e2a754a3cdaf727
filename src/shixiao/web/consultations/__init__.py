"""Consultations and hearings: drafts, comments, votes, replies, and how it was decided."""
