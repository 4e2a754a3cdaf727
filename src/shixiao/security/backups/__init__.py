"""备份: does what was backed up come back whole? A restored copy against a note of the backup."""

from shixiao.security.backups.command import Ran, run, words_of
from shixiao.security.backups.drill import Drill, described
from shixiao.security.backups.noting import Held, Note, Part
from shixiao.security.backups.sources.files import hashed
from shixiao.security.backups.store import SNAPSHOT, moment_of, take_note

__all__ = [
    "SNAPSHOT",
    "Drill",
    "Held",
    "Note",
    "Part",
    "Ran",
    "described",
    "hashed",
    "moment_of",
    "run",
    "take_note",
    "words_of",
]
