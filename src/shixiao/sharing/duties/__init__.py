"""权利与义务: who owes what in sharing, to whom, by which article, by when, and how it stands."""

from shixiao.sharing.duties.duty import Duty, Owed, Side, Status, duties

__all__ = ["Duty", "Owed", "Side", "Status", "duties"]
