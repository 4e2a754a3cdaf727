"""Pages of the register of systems: what there is, how it stands, and what can be done with it."""
