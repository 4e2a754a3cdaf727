"""网关: which there are, what their logs prove, and who used a person's data."""
