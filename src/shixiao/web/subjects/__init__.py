"""Services, departments, apps and platforms: where they stand, and why."""
