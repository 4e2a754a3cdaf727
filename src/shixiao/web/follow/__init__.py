"""One field to follow whatever one has a number of."""
