"""孤岛: what government asks for although it holds it, who shares with whom, and what is used."""

from shixiao.sharing.silos.facts import Grant, Holding, Need, Request, Sharing, Use
from shixiao.sharing.silos.finding import OPEN, Silo, Way, find_silos, on_a_law, withheld
from shixiao.sharing.silos.openness import Openness, Tie, openness, ties
from shixiao.sharing.silos.using import Beyond, Overstep, overstepped, unused

__all__ = [
    "OPEN",
    "Beyond",
    "Grant",
    "Holding",
    "Need",
    "Openness",
    "Overstep",
    "Request",
    "Sharing",
    "Silo",
    "Tie",
    "Use",
    "Way",
    "find_silos",
    "on_a_law",
    "openness",
    "overstepped",
    "ties",
    "unused",
    "withheld",
]
