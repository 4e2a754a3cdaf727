"""孤岛: what government asks for although it holds it, who shares with whom, and what is used."""

from shixiao.sharing.silos.facts import Grant, Holding, Need, Request, Sharing, Use
from shixiao.sharing.silos.finding import OPEN, Silo, Way, find_silos, on_a_law, withheld
from shixiao.sharing.silos.network import Network, Node, Terms, network, terms_of
from shixiao.sharing.silos.openness import Openness, Tie, openness, ties
from shixiao.sharing.silos.saving import (
    Bands,
    Saving,
    SiloSaving,
    save_by_sharing,
    saved_in_all,
)
from shixiao.sharing.silos.using import Beyond, Overstep, overstepped, unused

__all__ = [
    "OPEN",
    "Bands",
    "Beyond",
    "Grant",
    "Holding",
    "Need",
    "Network",
    "Node",
    "Openness",
    "Overstep",
    "Request",
    "Saving",
    "Sharing",
    "Silo",
    "SiloSaving",
    "Terms",
    "Tie",
    "Use",
    "Way",
    "find_silos",
    "network",
    "on_a_law",
    "openness",
    "overstepped",
    "save_by_sharing",
    "saved_in_all",
    "terms_of",
    "ties",
    "unused",
    "withheld",
]
