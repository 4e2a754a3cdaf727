"""清查: what a department's databases and files really hold, and what of it is catalogued."""

from shixiao.sharing.inventory.found import Limits, RawColumn, RawTable
from shixiao.sharing.inventory.inventory import Inventory, TableEntry
from shixiao.sharing.inventory.scanning import scan
from shixiao.sharing.inventory.told import ToldColumn, ToldInventory, ToldTable, read_inventory

__all__ = [
    "Inventory",
    "Limits",
    "RawColumn",
    "RawTable",
    "TableEntry",
    "ToldColumn",
    "ToldInventory",
    "ToldTable",
    "read_inventory",
    "scan",
]
