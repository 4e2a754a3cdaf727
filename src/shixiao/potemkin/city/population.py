"""The people of an invented city, in classes of age, region and disability.

Their identity numbers begin with 000000, a region code that is assigned to no place, so that they
are valid in form (GB 11643, check digit included) and nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.streams import stream

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ONLINE_ODDS = 1.9  # of the young in towns
BORN = ((1992, 2007), (1967, 1991), (1952, 1966), (1930, 1951))
WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)
LENGTH = 18


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """One entry per person.

    Attributes:
        band, region: positions in the city's lists; elderly, rural, disabled: flags.
        ids: identity numbers.
        order: persons sorted by class; begins: where each class begins in it.
        shares: share of each class among online and among counter applicants.
    """

    band: npt.NDArray[np.int8]
    region: npt.NDArray[np.int8]
    elderly: Flags
    rural: Flags
    disabled: Flags
    ids: pa.StringArray
    order: Integers
    begins: Integers
    shares: dict[str, npt.NDArray[np.float64]]

    @classmethod
    def drawn(cls, count: int, plan_seed: int) -> People:
        """Draw the people of a city."""
        city = material("city")
        rng = stream(plan_seed, "people")
        band = rng.choice(4, size=count, p=city["band_shares"]).astype(np.int8)
        regions = city["regions"]
        region = rng.choice(len(regions), size=count, p=[r[2] for r in regions]).astype(np.int8)
        rural = np.array([zh.endswith("县") for zh, _, _ in regions])[region]
        disabled = rng.random(count) < np.array(city["disabled"])[band]
        elderly = band >= 2
        class_ = elderly * 4 + rural * 2 + disabled
        order = np.argsort(class_, kind="stable")
        begins = np.searchsorted(class_[order], np.arange(9))
        sizes = np.diff(begins)
        odds = np.full(8, ONLINE_ODDS)
        for bit, name in ((4, "elderly"), (2, "rural"), (1, "disabled")):
            odds[(np.arange(8) & bit) > 0] *= city["leaning"][name]
        online = sizes * odds / (1 + odds)
        shares = {
            "online": online / online.sum(),
            "counter": (sizes - online) / (count - online.sum()),
        }
        shares["phone"] = shares["counter"]
        ids = _identity_numbers(band)
        return cls(band, region, elderly, rural, disabled, ids, order, begins, shares)

    def applicants(self, channel: str, count: int, rng: np.random.Generator) -> Integers:
        """Draw who applies in a channel."""
        class_ = rng.choice(8, size=count, p=self.shares[channel])
        width = (self.begins[class_ + 1] - self.begins[class_]).astype(np.float64)
        place = self.begins[class_] + (rng.random(count) * width).astype(np.int64)
        return self.order[place]


def _identity_numbers(band: npt.NDArray[np.int8]) -> pa.StringArray:
    """Return a number of its own for each person: 000000, a birthday, a serial, a check digit."""
    count = len(band)
    digits = np.zeros((count, LENGTH - 1), dtype=np.int64)
    for number, (first, last) in enumerate(BORN):
        mine = np.flatnonzero(band == number)
        days = np.arange(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal() + 1)
        dates = (days - date(1970, 1, 1).toordinal()).astype("datetime64[D]")
        year = dates.astype("datetime64[Y]").astype(np.int64) + 1970
        month = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
        day = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
        # A step that shares no factor with the number of days walks through all of them.
        place = np.arange(len(mine)) * 997 % len(days)
        serial = np.arange(len(mine)) // len(days)
        number_ = (year * 10_000 + month * 100 + day)[place] * 1000 + serial
        for column in range(LENGTH - 2, 5, -1):
            number_, digits[mine, column] = np.divmod(number_, 10)
    check = CHECK[digits @ WEIGHTS % 11]
    text = np.empty((count, LENGTH), dtype=np.uint8)
    text[:, :-1] = digits + ord("0")
    text[:, -1] = check
    offsets = np.arange(0, (count + 1) * LENGTH, LENGTH, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(text.tobytes()))
