"""What phones sent back is read, checked, taken once, and refused with its place."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.effect.fieldtests import Audience, Mode, protocols, scores, sheet
from shixiao.effect.fieldtests.odk import Submission, read_submissions
from shixiao.effect.fieldtests.odk.central import read_central
from shixiao.effect.fieldtests.odk.instances import read_instance
from shixiao.terms import BadInput
from tests.effect.fieldtests.forms import converted, filled, form
from tests.effect.fieldtests.samples import GOOD, NOW, SMALL, STARTED, made, said, small

XFORM = converted(form()).xform
WHOLE = filled(XFORM, GOOD)


def read(data: bytes, protocol=None) -> list[Submission]:
    return read_submissions(data, protocol or small(), now=NOW, name="in")


def refused(data: bytes, protocol=None) -> str:
    with pytest.raises(BadInput) as found:
        read(data, protocol)
    assert found.value.text.zh
    return found.value.in_language("en")


def with_(**changed: str | None) -> bytes:
    return filled(XFORM, GOOD, changed=changed)


def zipped(entries: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return target.getvalue()


def as_central(*instances: bytes, groups: bool = True) -> bytes:
    """Write instances as ODK Central exports them."""
    rows = []
    for data in instances:
        root = ElementTree.fromstring(data)  # noqa: S314 - made here
        row = {"SubmissionDate": "2026-11-20T03:00:00.000Z", "FormVersion": root.get("version")}

        def walk(node: ElementTree.Element, before: str, row: dict = row) -> None:
            for below in node:
                name = before + re.sub("{.*}", "", below.tag)
                if len(below):
                    walk(below, f"{name}-" if groups else "")
                else:
                    row[name] = below.text or ""

        walk(root, "")
        row["KEY"] = row.get("meta-instanceID", row.get("instanceID"))
        rows.append({**row, "SubmitterID": "7", "DeviceID": "collect:x"})
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def test_a_form_that_was_filled_in_comes_back_as_it_was() -> None:
    (found,) = read(WHOLE)
    assert (found.instance_id, found.form_id, found.form_version) == (
        "uuid:1",
        "field-test",
        "2026112001",
    )
    assert (found.mode, found.audience) == (Mode.ONLINE, Audience.EVERYBODY)
    assert (found.item, found.evaluator) == ("I-1", "E-1")
    assert (found.started, found.finished) == (STARTED, STARTED + timedelta(hours=1))
    assert found.answers == said(GOOD)


def test_a_form_gives_the_same_sheet_as_answers_chosenhere() -> None:
    (found,) = read(WHOLE)
    anew = sheet(
        small(),
        mode=found.mode,
        audience=found.audience,
        commission="C-1",
        item=found.item,
        evaluator=found.evaluator,
        started=found.started,
        finished=found.finished,
        answers=found.answers,
        now=NOW,
    )
    assert anew == made()


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("audience", list(Audience))
def test_the_shipped_protocol_goes_out_and_comes_back(mode: Mode, audience: Audience) -> None:
    protocol = protocols()["service"]
    xform = converted(form(protocol, mode, audience)).xform
    best = {}
    for question in protocol.questions(mode, audience):
        value = question.good if question.good is not None else 4
        best[question.id] = question.goalposts.target if question.goalposts else value
    best |= {"remark": "好"}
    asked = {question.id for question in protocol.asked(mode, audience, best)}
    chosen = {key: value for key, value in best.items() if key in asked}
    end = (STARTED + timedelta(hours=3)).isoformat()
    (found,) = read(filled(xform, chosen, changed={"end": end}), protocol)
    assert (found.mode, found.audience) == (mode, audience)
    assert scores(protocol, found.answers) == {
        "usefulness": 1.0,
        "convenience": 1.0,
        "benefit": 1.0,
        "overall": 1.0,
    }


@pytest.mark.parametrize("groups", [True, False])
def test_the_csv_of_central_says_the_same_as_the_instances(groups: bool) -> None:
    second = filled(XFORM, {**GOOD, "clear": 1}, instance="uuid:2")
    found = read(as_central(WHOLE, second, groups=groups))
    assert found == read(zipped({"a.xml": WHOLE, "b.xml": second}))
    assert [one.row for one in found] == [1, 2]
    assert found[0].form_version == "2026112001"


def test_the_order_of_answers_is_that_of_their_times() -> None:
    late = (STARTED + timedelta(minutes=30)).isoformat()
    (found,) = read(with_(worked__at=late))
    assert found.answers[-1].question == "worked"


def test_photos_are_named_and_not_opened() -> None:
    data = with_(worked__photo="1.jpg")
    (found,) = read(zipped({"x/submission.xml": data, "x/1.jpg": b"\xff\xd8"}))
    assert found.photos == {"worked": "1.jpg"}


def test_the_same_form_twice_is_one_submission() -> None:
    assert len(read(zipped({"a.xml": WHOLE, "b.xml": WHOLE, "c.csv": as_central(WHOLE)}))) == 1


def test_one_form_with_two_contents_is_refused() -> None:
    other = filled(XFORM, {**GOOD, "clear": 1})
    assert "in/b.xml: the form uuid:1 stands there twice" in refused(
        zipped({"a.xml": WHOLE, "b.xml": other})
    )


def test_a_path_is_read_and_named(tmp_path: Path) -> None:
    path = tmp_path / "form.xml"
    path.write_bytes(WHOLE)
    assert read_submissions(path, small(), now=NOW) == read(WHOLE)
    path.write_bytes(with_(item="a b"))
    with pytest.raises(BadInput, match=r"^form\.xml, column “item”"):
        read_submissions(path, small(), now=NOW)
    with pytest.raises(BadInput, match="there is no such file"):
        read_submissions(tmp_path / "none", small(), now=NOW)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1.0.0", "1.0.1", "the form is of the protocol small 1.0.0 and this is small 1.0.1"),
        ("id: small", "id: other", "the form is of the protocol small 1.0.0 and this is other"),
        ("weight: 3, decides", "weight: 2, decides", "another text of small 1.0.0"),
    ],
)
def test_a_form_of_another_protocol_is_refused_with_the_reason(old, new, words: str) -> None:
    assert words in refused(WHOLE, small(SMALL.replace(old, new)))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"worked": "maybe"}, "column “worked”: “maybe” should be yes or no"),
        ({"clear": "3.5"}, "column “clear”: “3.5” should be a whole number"),
        ({"clear": "9"}, "“Is it clear?” needs a number from 0 to 4"),
        ({"minutes": "-3"}, "column “minutes”: “-3” should be a whole number"),
        ({"minutes": "٣"}, "should be a whole number"),
        ({"minutes": "9" * 5000}, "should be a whole number"),
        ({"clear": None, "clear__at": None}, "“Is it clear?” is not answered yet"),
        ({"clear__at": None}, "column “clear__at”: this answer has no time"),
        ({"clear__at": "2026-11-20T09:02:00"}, "is no time with a zone"),
        ({"clear__at": "noon"}, "“noon” is no time with a zone"),
        ({"clear__at": "0001-01-01T00:00:00+14:00"}, "is no time with a zone"),
        ({"clear__at": "2026-11-20T00:00:00Z"}, "was answered before the test began"),
        ({"clear__at": "2026-11-20T08:00:00Z"}, "was answered after the test ended"),
        ({"end": "9999-12-31T23:59:59-23:59"}, "ends in the future"),
        ({"end": "2026-11-20T00:00:00Z"}, "ends before it begins"),
        ({"start": None}, "column “start”: “” is no time with a zone"),
        ({"item": None}, "column “item”: this should be a code"),
        ({"evaluator": "某人"}, "column “evaluator”: this should be a code"),
        ({"mode": "fax"}, "column “mode”: it is missing or unknown"),
        ({"audience": None}, "column “audience”: it is missing or unknown"),
        ({"worked": "no"}, "“Urged to rate?” is not asked after the answers"),
        ({"remark": "x" * 1001}, "“Remarks?” takes at most 1000 characters"),
        ({"instanceID": None}, "no filled-in form"),
    ],
)
def test_a_faulty_form_is_refused_with_its_place(changed, words: str) -> None:
    assert words in refused(with_(**changed))


def test_a_fault_in_a_csv_names_its_row() -> None:
    faulty = filled(XFORM, GOOD, instance="uuid:2", changed={"clear": "x"})
    assert refused(as_central(WHOLE, faulty)).startswith("in, row 2, column “clear”")


ENTITY = b'<!DOCTYPE d [<!ENTITY a "aaaa">]><d id="x">&a;</d>'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (ENTITY, "it declares a DTD or entities"),
        (b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><d id="x"/>', "it declares a DTD"),
        (b"<d>", "not well-formed at line 1"),
        (b"<d/>", "no filled-in form"),
        (b'<d id="x"><instanceID>1</instanceID><instanceID>2</instanceID></d>', "occurs twice"),
        (b'<d id="x">' + b"<a>" * 20 + b"</a>" * 20 + b"</d>", "nested too deep"),
        (b'<d id="x">' + b"<a/>" * 6000 + b"</d>", "too large"),
        (b"<d>" + b" " * (1 << 20) + b"</d>", "too large"),
        (b"", "no column KEY"),
        (b"a,b\n1,2\n", "no column KEY"),
        (b"KEY,KEY\n1,2\n", "column “KEY”: this column occurs twice"),
        (b"KEY,x\n1\n", "row 1: it has 1 cells under 2 heads"),
        (b"KEY,x\n,2\n", "row 1: it has no instanceID"),
        (b'KEY\n"1\n', "no CSV in UTF-8"),
        (b"KEY\n\xff\n", "no CSV in UTF-8"),
        (b"KEY" + b",a" * 6000, "5,000 columns"),
        (b"PK\x03\x04nothing", "damaged"),
    ],
)
def test_a_file_that_is_none_is_refused(data: bytes, words: str) -> None:
    assert words in refused(data)


def test_a_zip_without_forms_is_refused_and_a_form_audit_is_no_form() -> None:
    audit = b"instance ID,event,node\nuuid:1,question,/data/x\n"
    assert "no filled-in form" in refused(zipped({"field-test - audit.csv": audit, "a.jpg": b""}))


def test_a_zip_bomb_is_refused() -> None:
    assert "compression ratio" in refused(zipped({"a.xml": b" " * (50 << 20)}))


@given(st.binary(max_size=200))
def test_no_bytes_end_in_anything_but_a_sentence(data: bytes) -> None:
    for start in (b"", b"<", b"PK", b"KEY,"):
        with pytest.raises(BadInput):
            read(start + data)
            raise BadInput(small().name)  # a CSV of heads alone holds no form and is no fault


@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=3))
def test_a_form_with_a_piece_exchanged_is_read_or_refused(place: int, piece: bytes) -> None:
    try:
        found = read(WHOLE[:place] + piece + WHOLE[place + 3 :])
    except BadInput:
        return
    assert len(found) == 1


@pytest.mark.parametrize("encoding", ["u-8", "gb18030"])
def test_a_form_in_an_encoding_that_cannot_be_read_is_refused(encoding: str) -> None:
    assert "UTF-8" in refused(f"<?xml version='1.0' encoding='{encoding}'?><data/>".encode())


WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30).filter(
    lambda text: text.strip() == text and text
)


@given(WORDS)
def test_words_come_back_from_either_way(words: str) -> None:
    data = filled(XFORM, {**GOOD, "remark": words})
    assert read_instance(data, "x").fields["remark"] == words
    assert read_central(as_central(data), "x")[0].fields["remark"] == words
