"""双随机抽查: plans with their chances, what is sealed, what was opened, and what was found."""
