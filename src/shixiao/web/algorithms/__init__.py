"""Pages of the register of algorithms."""
