"""目录: datasets as Decree 809 wants them listed, read from and written to what exists."""

from shixiao.sharing.catalogue.basis import Basis, Citation, cited
from shixiao.sharing.catalogue.checking import Fault, check_dataset, faults
from shixiao.sharing.catalogue.codes import CatalogueCode
from shixiao.sharing.catalogue.dataset import Dataset, Item
from shixiao.sharing.catalogue.files import read_datasets, sheets_of
from shixiao.sharing.catalogue.words import Words, words

__all__ = [
    "Basis",
    "CatalogueCode",
    "Citation",
    "Dataset",
    "Fault",
    "Item",
    "Words",
    "check_dataset",
    "cited",
    "faults",
    "read_datasets",
    "sheets_of",
    "words",
]
