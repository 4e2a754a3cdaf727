"""The kinds of stores of which a note is taken, one file each; see ``backups.store``."""
