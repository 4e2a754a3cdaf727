"""定期审查: drawn experts fix a criterion, answer every lead, and each signs an opinion."""
