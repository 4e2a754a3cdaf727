"""Fill in the form that pyxform makes of our workbook, as a phone would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from io import BytesIO
from xml.etree import ElementTree

from pyxform.xls2xform import ConvertResult, convert

from shixiao.effect.fieldtests import Audience, Mode, Protocol, Value
from shixiao.effect.fieldtests.odk import Item, xlsform
from shixiao.terms import Text
from tests.effect.fieldtests.samples import STARTED, small

X = "{http://www.w3.org/2002/xforms}"
ORX = "{http://openrosa.org/xforms}"
ITEMS = (Item("I-1", Text("社保卡", "Social card")), Item("I-2", Text("落户", "Registration")))
SHANGHAI = timezone(timedelta(hours=8))


def form(
    protocol: Protocol | None = None,
    mode: Mode = Mode.ONLINE,
    audience: Audience = Audience.EVERYBODY,
) -> bytes:
    return xlsform(
        protocol or small(),
        mode=mode,
        audience=audience,
        form_id="field-test",
        version="2026112001",
        items=ITEMS,
    )


def converted(data: bytes) -> ConvertResult:
    return convert(BytesIO(data), file_type=".xlsx", validate=False)


def on_phone(at: datetime) -> str:
    """A time as ODK Collect writes it."""
    return at.astimezone(SHANGHAI).isoformat(timespec="milliseconds")


def filled(
    xform: str,
    values: Mapping[str, Value],
    *,
    instance: str = "uuid:1",
    changed: Mapping[str, str | None] | None = None,
) -> bytes:
    """Fill the primary instance; each answer sets what the form says that it triggers."""
    root = ElementTree.fromstring(xform)  # noqa: S314 - made here
    model = root.find(f".//{X}model")
    assert model is not None
    data = model.find(f"{X}instance")[0]
    leaves = {re.sub("{.*}", "", leaf.tag): leaf for leaf in data.iter() if not len(leaf)}
    given = {"start": on_phone(STARTED), "end": on_phone(STARTED + timedelta(hours=1))}
    given |= {"instanceID": instance, "evaluator": "E-1", "item": "I-1"}
    for bind in model.iter(f"{X}bind"):
        if (said := bind.get("calculate", "")).startswith("'"):
            given[bind.get("nodeset").rpartition("/")[2]] = said.strip("'")
    for number, (name, value) in enumerate(values.items(), start=1):
        word = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
        given[name] = word
        for set_ in root.iter(f"{X}setvalue"):
            if set_.get("event") == "xforms-value-changed" and trigger(root, set_) == name:
                assert set_.get("value") == "now()"
                at = STARTED + timedelta(minutes=2 * number)
                given[set_.get("ref").rpartition("/")[2]] = on_phone(at)
    for name, text in {**given, **(changed or {})}.items():
        if text is None:
            leaves[name].text = ""
        else:
            leaves[name].text = text
    return ElementTree.tostring(data, encoding="utf-8", xml_declaration=True)


def trigger(root: ElementTree.Element, wanted: ElementTree.Element) -> str:
    """Return the name of the question in whose control a setvalue stands."""
    (control,) = [one for one in root.iter() if wanted in list(one)]
    return str(control.get("ref")).rpartition("/")[2]
