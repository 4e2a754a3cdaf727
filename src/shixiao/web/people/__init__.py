"""People: accounts, posts, organisations; and what a person declares and lends to programs."""
