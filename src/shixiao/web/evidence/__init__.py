"""Evidence: what was delivered, how it stands at the gate, its activities, daily hashes."""
