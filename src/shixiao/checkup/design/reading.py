"""Reading a design from the tables of an evidence package.

A row that does not say what its table cannot do without is refused with its place: a requirement in
an unknown channel would otherwise be missing on one side of the comparison, and look like relief.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shixiao.checkup.design.asking import App, Design, FormField, Kind, Planned, Required
from shixiao.effect.targets import Registered
from shixiao.evidence import Engine, Store
from shixiao.evidence.schema import load_schemas
from shixiao.sharing.matching import Element
from shixiao.terms import BadInput, Subject, SubjectKind, Text

TABLES = (
    "departments",
    "services",
    "requirements",
    "apps",
    "forms",
    "elements",
    "datasets",
    "targets",
)
PUBLIC = "public"
MOST_ITEMS = 1000  # of one channel of a service
NOTHING = Text(
    "证据包里既没有 requirements 表，也没有 services 表，没有可查的设计；"
    "请按证据包的格式给出各渠道的办理要求。",
    "the package has neither a table requirements nor a table services, so there is no design to "
    "check; give what each channel asks for in the form of the evidence package",
)
TOO_MANY = Text(
    "事项“{service}”在一个渠道有 {n} 项要求，超过 {most} 项；请核对事项编码。",
    "the service “{service}” has {n} items in one channel, more than {most}; check the codes of "
    "services",
)
UNREAD = Text(
    "“{value}”不是这一列的取值，共 {count} 行如此；可用：{choices}。",
    "“{value}” is no value of this column, rows like this: {count}; use one of {choices}",
)
SKIPPED = Text(
    "{file} 第 {row} 行“{column}”列的“{value}”读不出，按空值处理；共 {count} 行如此。",
    "{file}, row {row}, column “{column}”: “{value}” cannot be read and counts as empty; rows like "
    "this: {count}.",
)
EMPTY = Text(
    "这一列不能空着，共 {count} 行如此；请补上。",
    "this column may not be empty, rows like this: {count}; fill it in",
)


def read_design(store: Store, engine: Engine) -> Design:
    """Return what a package plans.

    Raises:
        BadInput: no table speaks of a service, or a cell that must be read cannot.
    """
    if not store.has("requirements") and not store.has("services"):
        raise BadInput(NOTHING, file=store.meta.name)
    _check(store, TABLES)
    rows = {name: _rows(store, engine, name) for name in TABLES}
    named = {row["department_id"]: _text(row, "name") for row in rows["departments"]}
    datasets = [(row["department_id"], parts(row["elements"])) for row in rows["datasets"]]
    elements = tuple(_element(row) for row in rows["elements"])
    return Design(
        services=_services(rows["services"], rows["requirements"]),
        apps=tuple(_app(row) for row in rows["apps"]),
        fields=tuple(_field(row) for row in rows["forms"] if row["audience"] in (PUBLIC, None)),
        elements=elements,
        holders=_holders(elements, datasets),
        departments=named,
        targets=tuple(_target(row) for row in rows["targets"]),
        catalogued=bool(elements) or any(ids for _, ids in datasets),
        registered=store.has("targets"),
    )


def parts(cell: str | None) -> tuple[str, ...]:
    """Split a list of the package."""
    pieces = (cell or "").replace("；", ";").split(";")
    return tuple(piece.strip() for piece in pieces if piece.strip())


def unread(store: Store) -> tuple[Text, ...]:
    """Say of each column that may be empty how many of its cells could not be read."""
    found = []
    for problem in store.meta.quality["problems"]:
        if problem["kind"] == "unreadable" and problem["table"] in TABLES:
            words = {key: problem[key] for key in ("file", "row", "column", "value")}
            found.append(SKIPPED.format(**words, count=f"{problem['count']:,}"))
    return tuple(found)


def _check(store: Store, tables: Sequence[str]) -> None:
    """Refuse the first cell of a needed column that is empty or cannot be read."""
    for problem in store.meta.quality["problems"]:
        table = load_schemas().get(problem["table"])
        column = table.column(problem["column"]) if table and table.name in tables else None
        if column is None or not column.required:
            continue
        words = {
            "value": problem["value"],
            "count": f"{problem['count']:,}",
            "choices": Text(
                "、".join(f"{c.value}（{c.title.zh}）" for c in column.enum),
                ", ".join(c.value for c in column.enum),
            )
            if column.enum
            else "—",
        }
        text = EMPTY if problem["kind"] == "missing" else UNREAD
        raise BadInput(
            text.format(**words), file=problem["file"], row=problem["row"], column=column.name
        )


def _rows(store: Store, engine: Engine, name: str) -> list[dict[str, Any]]:
    """Return the rows of a table in the order of its key; columns that are not there are None."""
    if name not in store.meta.tables:
        return []
    table, schema = store.table(engine, name), load_schemas()[name]
    key = [column for column in schema.key if column in table.columns]
    blank: dict[str, Any] = dict.fromkeys(schema.names)
    return [{**blank, **row} for row in engine.arrow(table.order_by(key)).to_pylist()]


def _text(row: Mapping[str, Any], column: str) -> Text:
    zh = str(row[column] or "—").strip() or "—"
    return Text(zh, str(row.get(f"{column}_en") or zh).strip() or zh)


def _services(
    services: Sequence[Mapping[str, Any]], requirements: Iterable[Mapping[str, Any]]
) -> tuple[Planned, ...]:
    """Return every service that either table names, in order of id.

    Raises:
        BadInput: a service asks for more than anybody could read.
    """
    known = {row["service_id"]: row for row in services}
    asked: dict[str, dict[str, list[Required]]] = defaultdict(lambda: defaultdict(list))
    for row in requirements:
        asked[row["service_id"]][row["channel"]].append(_required(row))
    for key, channels in asked.items():
        if (longest := max(map(len, channels.values()))) > MOST_ITEMS:
            words = {"n": f"{longest:,}", "most": f"{MOST_ITEMS:,}"}
            raise BadInput(TOO_MANY.format(service=key, **words), file="requirements")
    return tuple(
        Planned(
            Subject(
                SubjectKind.SERVICE,
                key,
                _text(known[key], "name") if key in known else Text.of(key),
            ),
            known[key]["department_id"] or "" if key in known else "",
            known[key]["online_since"] if key in known else None,
            {channel: tuple(items) for channel, items in asked[key].items()},
        )
        for key in sorted({*known, *asked})
    )


def _required(row: Mapping[str, Any]) -> Required:
    return Required(
        row["item_id"],
        _text(row, "item_name"),
        Kind(row["kind"]),
        (row["element_id"] or "").strip(),
        (row["original_basis"] or "").strip(),
    )


def _app(row: Mapping[str, Any]) -> App:
    subject = Subject(SubjectKind.APP, row["app_id"], _text(row, "name"))
    return App(subject, parts(row["services"]), row["launched"])


def _field(row: Mapping[str, Any]) -> FormField:
    return FormField(
        row["department_id"],
        Required(
            f"{row['form_id']} · {row['field_name']}",
            _text(row, "field_name"),
            Kind.FIELD,
            (row["element_id"] or "").strip(),
        ),
    )


def _element(row: Mapping[str, Any]) -> Element:
    names = ("definition", "datatype", "format", "code_list", "unit", "department_id")
    return Element(row["element_id"], row["name"], **{name: row[name] or "" for name in names})


def _holders(
    elements: Iterable[Element], datasets: Iterable[tuple[str, Sequence[str]]]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for element in elements:
        if element.department_id:
            found[element.id][element.department_id] = None
    for department, listed in datasets:
        for key in listed:
            found[key][department] = None
    return {key: tuple(holders) for key, holders in found.items()}


def _finite(number: float | None) -> float | None:
    """Return a number; what is none ("nan", "inf") counts as not given."""
    return number if number is not None and math.isfinite(number) else None


def _target(row: Mapping[str, Any]) -> Registered:
    return Registered(
        row["subject_id"],
        row["measure"].strip(),
        _finite(row["baseline"]),
        _finite(row["target"]),
        row["due"],
        row["least_n"],
        row["registered"],
    )
