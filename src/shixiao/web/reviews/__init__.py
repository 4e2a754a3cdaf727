"""Pages of periodic reviews of algorithms."""
