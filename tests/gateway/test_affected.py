"""A list of pseudonyms is opened at the gateway that gave them, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bars.gateways import Place, gateway_in, person
from shixiao.cli import cli
from shixiao.gateway.affected import SCHEMA, open_list, read_persons
from shixiao.gateway.receipts import Keys
from shixiao.gateway.records import gateway_keys
from shixiao.ledger import Trust
from shixiao.terms import BadInput


def listed(keys: Keys, numbers: list[int], **changed: object) -> bytes:
    persons = [{"pseudonym": keys.pseudonym(person(n)).hex(), "receipts": []} for n in numbers]
    told = {"schema": SCHEMA, "incident": "AAAA-BBBB-C", "drill": False, "persons": persons}
    return json.dumps(told | changed).encode()


@pytest.mark.parametrize("drill", [False, True])
def test_the_provider_finds_its_persons_and_a_drill_lists_nobody(
    tmp_path: Path, drill: bool
) -> None:
    place: Place = gateway_in(tmp_path, people=1)
    file, people = tmp_path / "list.json", tmp_path / "people.txt"
    file.write_bytes(listed(gateway_keys(place.config), [3, 5, 99], drill=drill))
    people.write_text("\n".join(person(n) for n in range(10)) + "\n\n", "utf-8")
    arguments = ["gateway", "affected", "--config", str(place.path), str(file)]
    done = CliRunner().invoke(cli, [*arguments, "--people", str(people)])
    assert done.exit_code == 0, done.output
    assert done.stdout.split() == ([] if drill else [person(3), person(5)])
    assert "2" in done.stderr
    assert "1 " in done.stderr


def test_another_gateway_finds_nobody() -> None:
    one, other = Keys.drawn(bytes(32)), Keys.drawn(bytes(range(32)))
    found = open_list(listed(one, [1, 2]), [person(1), person(2)], other, file="x")
    assert (found.persons, found.unknown) == ((), 2)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        listed(Keys.drawn(bytes(32)), [1], schema="other"),
        listed(Keys.drawn(bytes(32)), [1], drill="no"),
        listed(Keys.drawn(bytes(32)), [1], persons=[{"pseudonym": "../x"}]),
        listed(Keys.drawn(bytes(32)), [1], persons=5),
    ],
)
def test_what_is_no_list_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match="no list"):
        open_list(data, [person(1)], Keys.drawn(bytes(32)), file="list.json")


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
TOLD = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["persons", "receipt", "salt", "proof", "schema", "incident"]), inner
        )
    ),
    max_leaves=8,
)


@given(TOLD)
def test_whatever_a_gateway_or_a_file_says_nobody_is_made_up(told: object) -> None:
    found = read_persons(told, ["a" * 32], Trust.parse([]))  # type: ignore[arg-type]
    assert not any(one.proven for one in (found or {}).values())
    with pytest.raises(BadInput):
        open_list(json.dumps(told).encode(), [person(1)], Keys.drawn(bytes(32)), file="x")
