"""What changed since last week."""
