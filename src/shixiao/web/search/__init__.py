"""The search over services."""
