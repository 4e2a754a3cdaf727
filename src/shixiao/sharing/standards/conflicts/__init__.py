"""冲突: where departments define the same thing differently, or different things alike."""

from shixiao.sharing.standards.conflicts.conflict import Conflict, ConflictKind
from shixiao.sharing.standards.conflicts.finding import find_conflicts, sheets_of

__all__ = ["Conflict", "ConflictKind", "find_conflicts", "sheets_of"]
