"""Commissions: third-party evaluations from the letter of authority to the published result."""
