"""Grants: what cannot bind is refused; what binds is compiled, signed, and obeyed if genuine."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.seals import SigningKey
from shixiao.sharing.admission import Admission, Status, read_statuses, write_statuses
from shixiao.sharing.grants import (
    Condition,
    Key,
    Mode,
    Person,
    Shape,
    check,
    check_all,
    compile_index,
    faults,
    masker,
    read_index,
    read_oaas,
    write_index,
    write_oaas,
)
from shixiao.sharing.grants.shapes import after_key, by_key
from shixiao.sharing.published import Closed, signed_file
from shixiao.terms import BadInput
from tests.sharing.granting import GRANT, PUBLISHER, SHAPE, granted

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
DAY = 86_400


def test_a_grant_that_says_everything_binds() -> None:
    assert faults(GRANT, SHAPE) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fields": ("*",)}, "wildcard"),
        ({"fields": ("全部",)}, "wildcard"),
        ({"fields": ()}, "no field"),
        ({"fields": ("phone",)}, "no field “phone”"),
        ({"fields": ("name", "name")}, "twice"),
        ({"masks": {"name": "rot13"}}, "mask"),
        ({"masks": {"income": "hidden"}}, "mask"),
        ({"marks": {"name": "blank"}}, "mark"),
        ({"ends": date(2025, 1, 1)}, "ends before"),
        ({"reassess_on": date(2027, 1, 1)}, "reassessed"),
        ({"law": " "}, "the law"),
        ({"article": ""}, "the article"),
        ({"provider_person": Person("", "科")}, "provider names nobody"),
        ({"recipient_person": Person("王某", "")}, "recipient names nobody"),
        ({"case_types": ()}, "kinds of case"),
        ({"rows": (Condition("phone", "eq", ("1",)),)}, "phone"),
        ({"rows": (Condition("region", "like", ("%",)),)}, "not valid"),
        ({"rows": (Condition("region", "in", ()),)}, "not valid"),
        ({"rate": 0}, "at least 1"),
        ({"keys": ()}, "public key is missing"),
        ({"keys": (Key("k", "ed25519", "密钥"),)}, "public key “k” is not valid"),
        ({"keys": (Key("a\\b", "ed25519", PUBLISHER.public.base64),)}, "is not valid"),
        ({"keys": (Key("k" * 201, "ed25519", PUBLISHER.public.base64),)}, "is not valid"),
        ({"keys": (Key("k", "ed25519", "AAAA"),)}, "not valid"),
        ({"keys": (Key("k", "rsa", "AAAA"),)}, "not valid"),
        ({"mode": Mode.VERIFY}, "cannot be masked"),
    ],
)
def test_a_grant_that_cannot_bind_is_refused_with_the_reason(
    changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadInput) as refused:
        check(granted(**changes), SHAPE)
    assert said in refused.value.text.en
    assert refused.value.text.zh


def test_two_grants_that_answer_one_question_are_refused() -> None:
    with pytest.raises(BadInput, match="make them one"):
        check_all([GRANT, granted(id="G-2")], {"people": SHAPE})


def test_a_key_of_two_systems_is_refused() -> None:
    with pytest.raises(BadInput, match="two departments or systems"):
        check_all([GRANT, granted(id="G-2", caller="other")], {"people": SHAPE})


def test_a_grant_survives_the_agreement_it_is_written_as() -> None:
    assert read_oaas(write_oaas(GRANT)) == GRANT
    assert read_oaas(json.dumps(json.loads(json.dumps(_plain(GRANT))))) == GRANT


@pytest.mark.parametrize("text", ["", "[]", "kind: Other", "kind: AccessAgreement", "a: [", "\0"])
def test_what_is_no_agreement_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_oaas(text)


def test_an_index_is_read_as_it_was_compiled(tmp_path: Path) -> None:
    path = tmp_path / "grants.json"
    write_index(path, _compiled(), PUBLISHER, version=3, issued=NOW)
    index = _read(path.read_bytes())
    entry = index.entries["housing-desk", "people", "rent-aid", "lookup"]
    assert (index.version, entry.grant, entry.fields) == (3, "G-1", ("name", "address"))
    assert entry.begins == datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    assert entry.expires == datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    owned = index.keys["housing-1"]
    assert (owned.caller, owned.recipient) == ("housing-desk", "housing")
    assert [path.name for path in tmp_path.iterdir()] == ["grants.json"]


def test_the_same_grants_in_another_order_give_the_same_index() -> None:
    other = granted(id="G-0", purpose="other")
    shapes = {"people": SHAPE}
    assert compile_index([GRANT, other], shapes, zone=UTC) == compile_index(
        [other, GRANT], shapes, zone=UTC
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "damaged"),
        (b"{}", "damaged"),
        (b'{"document": [], "signature": ""}', "damaged"),
        ("old", "too long ago"),
        ("future", "future"),
        ("back", "put back"),
        ("forged", "publisher"),
        ("changed", "publisher"),
        ("other", "another kind"),
    ],
)
def test_an_index_that_must_not_be_obeyed_closes_the_door(data: bytes | str, said: str) -> None:
    with pytest.raises(Closed) as closed:
        _read(data if isinstance(data, bytes) else _spoilt(data), known=5)
    assert said in closed.value.text.en


@given(st.binary(max_size=200))
def test_whatever_bytes_stand_there_the_door_closes_without_a_traceback(data: bytes) -> None:
    with pytest.raises(Closed):
        _read(data)


def test_a_system_is_admitted_to_the_end_of_its_last_day_and_an_unknown_one_never(
    tmp_path: Path,
) -> None:
    systems = {
        "a": Admission(Status.ADMITTED, date(2026, 6, 1)),
        "b": Admission(Status.SUSPENDED, date(2027, 1, 1)),
    }
    path = tmp_path / "statuses.json"
    write_statuses(path, systems, PUBLISHER, version=1, issued=NOW)
    found = read_statuses(path.read_bytes(), key=PUBLISHER.public, now=NOW, max_age=DAY, zone=UTC)
    midnight = datetime(2026, 6, 2, tzinfo=UTC).timestamp()
    assert found.admits("a", at=midnight - 1)
    assert not found.admits("a", at=midnight)
    assert not found.admits("b", at=0)
    assert not found.admits("c", at=0)


@pytest.mark.parametrize(
    ("word", "value", "masked"),
    [
        ("hidden", "x", "***"),
        ("edges:3:4", "13800138000", "138****8000"),
        ("edges:3:4", "1234567", "***"),
        ("edges:1:0", "abc", "a**"),
        ("name", "欧阳某", "欧**"),
        ("name", "王", "***"),
        ("year", "1990-02-03", "1990"),
        ("month", "19900203", "1990-02"),
        ("year", "unknown", "***"),
        ("hidden", None, None),
    ],
)
def test_a_mask_leaves_what_it_says(word: str, value: object, masked: object) -> None:
    assert masker(word, key=b"k")(value) == masked


def test_a_pseudonym_is_the_same_for_one_recipient_and_another_for_the_next() -> None:
    one, other = masker("pseudonym", key=b"1"), masker("pseudonym", key=b"2")
    assert one("a") == one("a") != other("a")


_NAME = st.text(min_size=1, max_size=8).filter(lambda name: "\0" not in name and name.isprintable())


@given(st.lists(_NAME, min_size=3, max_size=3, unique_by=str.casefold), _NAME)
def test_names_with_whatever_signs_select_their_own_column_and_no_other(
    names: list[str], value: str
) -> None:
    key, wanted, secret = names
    shape = Shape("t", key, tuple(names))
    quoted = [n.replace('"', '""') for n in names]
    base = sqlite3.connect(":memory:")
    base.execute('CREATE TABLE t ("{}", "{}", "{}")'.format(*quoted))
    base.execute("INSERT INTO t VALUES (?, ?, ?)", (value, "yes", "secret"))
    scope = (Condition(secret, "eq", ("secret",)), Condition(wanted, "present"))
    one = by_key(shape, [wanted], scope, 5)
    assert base.execute(one.sql, (value, *one.scope)).fetchall() == [("yes",)]
    first = after_key(shape, [wanted], scope, 5, first=True)
    assert base.execute(first.sql, first.scope).fetchall() == [(value, "yes")]
    rest = after_key(shape, [wanted], scope, 5, first=False)
    assert base.execute(rest.sql, ("", *rest.scope)).fetchall() == [(value, "yes")]
    assert base.execute(rest.sql, (value, *rest.scope)).fetchall() == []
    base.close()


def test_a_field_that_left_the_table_is_an_error_and_not_a_text() -> None:
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE t (k)")
    statement = by_key(Shape("t", "k", ("k", "gone")), ["gone"], (), 1)
    with pytest.raises(sqlite3.OperationalError):
        base.execute(statement.sql, ("1",))
    base.close()


def _plain(grant: Any) -> Any:
    from shixiao.sharing.grants import to_oaas

    return to_oaas(grant)


def _compiled() -> dict[str, Any]:
    return compile_index([GRANT], {"people": SHAPE}, zone=UTC)


def _read(data: bytes, known: int = 0) -> Any:
    return read_index(data, key=PUBLISHER.public, now=NOW, max_age=DAY, known=known)


def _spoilt(how: str) -> bytes:
    issued = NOW + timedelta(days={"old": -2, "future": 1}.get(how, 0))
    key = SigningKey(bytes(32)) if how == "forged" else PUBLISHER
    body = _compiled() | ({"schema": "shixiao/other/1"} if how == "other" else {})
    data = signed_file(body, key, version=4 if how == "back" else 5, issued=issued)
    return data.replace(b"G-1", b"G-9") if how == "changed" else data
