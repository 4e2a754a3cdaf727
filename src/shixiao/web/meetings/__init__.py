"""统筹协调会: meetings, their agenda, and what they decided."""
