"""The bars of the issues as scripts: each measures on this machine what an issue demands."""
