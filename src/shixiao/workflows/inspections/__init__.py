"""双随机: which systems are inspected, and by whom, is drawn by lot and sealed until it starts."""
