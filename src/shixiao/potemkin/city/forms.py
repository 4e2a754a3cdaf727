"""Forms of a department: what they ask, and which of it has been asked or is held elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.subjects import Department
from shixiao.potemkin.city.writing import Row

AUDIENCES = ("public", "staff")
FORM_FIELDS = (11, 21)
PERIODS = ("once", "day", "week", "month", "quarter", "year")
PERIOD_SHARES = (0.3, 0.03, 0.12, 0.25, 0.15, 0.15)
ELSEWHERE = 0.6  # of innocent repetition: held by another department rather than asked before
NO_ELEMENT = 0.06  # further fields that stand for no data element
HALF_FILLED = 0.02
FREE = [["其他说明", "Other remarks"], ["附件", "Attachment"], ["填表提示确认", "Notice read"]]


def element_id(department: int, number: int) -> str:
    """Return the id of one of a department's elements."""
    return f"E{department + 1:03d}{number + 1:03d}"


def elements_of(department: Department, place: int) -> list[Row]:
    """Return the elements that a department leads: each object with each attribute."""
    kinds = ("string", "date", "number")
    return [
        {
            "element_id": element_id(place, o * len(material("attributes")) + a),
            "name": f"{thing.zh}{zh}",
            "name_en": f"{thing.en}: {en}",
            "definition": f"{thing.zh}的{zh}",
            "datatype": kinds[1] if "date" in en else kinds[2] if "number of" in en else kinds[0],
            "department_id": department.id,
        }
        for o, thing in enumerate(department.objects)
        for a, (zh, en) in enumerate(material("attributes"))
    ]


def form_rows(
    department: Department,
    place: int,
    elements: Sequence[Sequence[Row]],
    rng: np.random.Generator,
) -> list[Row]:
    """Return the fields of all forms of a department; ``elements`` are those of each department.

    As many as is planted ask again: the element is led elsewhere, or an earlier form of this
    department has asked it of the same audience.
    """
    count = department.fields
    wanted = int(rng.binomial(count, department.values["repeated"]))
    elsewhere = _elsewhere(department, wanted, rng)
    forms = _forms(count, rng)
    repeats = rng.permutation(np.arange(forms[0][1] * 3, count))[:wanted]
    way = dict.fromkeys(repeats[:elsewhere].tolist(), "elsewhere")
    way |= dict.fromkeys(repeats[elsewhere:].tolist(), "before")
    fresh = {a: rng.permutation(len(elements[place])).tolist() for a in AUDIENCES}
    foreign = {a: _foreign(place, elements, rng) for a in AUDIENCES}
    asked: dict[str, list[Row]] = {audience: [] for audience in AUDIENCES}
    rows: list[Row] = []
    number = 0
    for name, size, audience in forms:
        common = _common(department, name, audience, rng)
        mine: list[Row] = []
        taken: set[object] = set()
        for _ in range(size):
            before = [e for e in asked[audience] if e["element_id"] not in taken]
            if way.get(number) == "before" and before:
                element = before[int(rng.integers(len(before)))]
            elif number in way:
                element = foreign[audience].pop()
            else:
                element = elements[place][fresh[audience].pop()]
            taken.add(element["element_id"])
            mine.append(element)
            number += 1
        asked[audience] += [e for e in mine if e["department_id"] == department.id]
        rows += [{**common, **_field(element)} for element in mine]
        if rng.random() < NO_ELEMENT * size:
            zh, en = FREE[int(rng.integers(len(FREE)))]
            rows.append({**common, "field_name": zh, "field_name_en": en})
    return rows


def _elsewhere(department: Department, wanted: int, rng: np.random.Generator) -> int:
    """Return how many of the repeated fields are held elsewhere."""
    share, innocent = department.values["repeated"], department.innocent["repeated"]
    usual = ELSEWHERE * innocent / share
    plant = department.plant
    if plant is not None and plant.variant == "held_elsewhere":
        usual += 1 - innocent / share
    return int(rng.binomial(wanted, usual))


def _forms(count: int, rng: np.random.Generator) -> list[tuple[str, int, str]]:
    """Split the fields into forms: (number, fields, audience), audiences taking turns."""
    forms: list[tuple[str, int, str]] = []
    while count:
        size = min(int(rng.integers(*FORM_FIELDS)), count)
        first = len(forms)
        forms.append((f"{first + 1:03d}", size, AUDIENCES[first % 2]))
        count -= size
    return forms


def _foreign(place: int, elements: Sequence[Sequence[Row]], rng: np.random.Generator) -> list[Row]:
    """Return elements of other departments in the order in which they are asked."""
    others = [e for number, group in enumerate(elements) if number != place for e in group]
    return [others[n] for n in rng.choice(len(others), size=min(700, len(others)), replace=False)]


def _field(element: Row) -> Row:
    return {
        "field_name": element["name"],
        "field_name_en": element["name_en"],
        "element_id": element["element_id"],
    }


def _common(department: Department, name: str, audience: str, rng: np.random.Generator) -> Row:
    once = rng.choice(len(PERIODS), p=PERIOD_SHARES)
    people = int(20 * 30 ** rng.random()) if audience == "staff" else int(50 * 60 ** rng.random())
    return {
        "form_id": f"F{department.id[1:]}-{name}",
        "department_id": department.id,
        "audience": audience,
        "period": PERIODS[int(once)],
        "respondents": None if rng.random() < HALF_FILLED else people,
        "minutes": round(float(rng.uniform(0.4, 2.5)), 1),
    }
