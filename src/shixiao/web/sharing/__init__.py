"""共享: how the departments share, who owes what, and what is asked for although it is held."""
