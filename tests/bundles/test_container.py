"""Bundles that are damaged, too large or made by somebody with other ideas: one clear sentence."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from shixiao.checkup.bundles import reproduce
from shixiao.checkup.bundles.container import open_bundle
from shixiao.rules import RulePack
from shixiao.settings import Settings
from shixiao.terms import BadInput
from tests.bundles.boxes import Parts, again, packed, unpacked, with_json

Change = Callable[[Parts], Parts]


def without(name: str) -> Change:
    return lambda parts: {key: value for key, value in parts.items() if key != name}


def having(name: str, content: bytes) -> Change:
    return lambda parts: {**parts, name: content}


def manifest(**facts: Any) -> Change:
    return lambda parts: with_json(parts, "manifest.json", lambda m: m.update(facts))


def named(name: str, content: bytes) -> Change:
    """Add a part that the manifest names as well."""

    def change(parts: Parts) -> Parts:
        said = {"sha256": "", "bytes": len(content)}
        parts = with_json(parts, "manifest.json", lambda m: m["parts"].update({name: said}))
        return {**parts, name: content}

    return change


def rules(change: Callable[[Any], object]) -> Change:
    return lambda parts: with_json(parts, "rules.json", change)


MANIFEST_IN_LIST = b"manifest.json"
DEEP = b"[" * 100_000 + b"]" * 100_000
BROKEN: dict[str, Change] = {
    "no manifest": without("manifest.json"),
    "no counts": without("counts.json"),
    "a part that nobody named": having("more.json", b"{}"),
    "a part that leads out of the folder": named("../evil.json", b"{}"),
    "an absolute part": named("/etc/passwd", b"{}"),
    "a store in a public bundle": named("store/events.parquet", b"{}"),
    "another schema": manifest(schema="shixiao/bundle/9"),
    "no schema": manifest(schema=None),
    "another kind": manifest(kind="secret"),
    "no seed": manifest(seed=None),
    "a negative seed": manifest(seed=-1),
    "a seed that is a truth value": manifest(seed=True),
    "no code": manifest(code=None),
    "no parts": manifest(parts=[]),
    "no result": manifest(result=None),
    "a pack of another hash": manifest(rules={"pack": "cn-2026", "hash": "0" * 64}),
    "a manifest that is no JSON": having("manifest.json", b"{"),
    "a manifest that is a list": having("manifest.json", b"[]"),
    "numbers that are no JSON": having("numbers.json", b"\xff"),
    "numbers nested too deeply": having("numbers.json", DEEP),
    "numbers that are a list": having("numbers.json", b"[]"),
    "numbers without a name": having("numbers.json", b'{"numbers": [{}]}'),
    "a number that is none": having(
        "numbers.json", b'{"numbers": [{"what": "a", "basis": "counts", "value": "1"}]}'
    ),
    "a number that is NaN": having(
        "numbers.json", b'{"numbers": [{"what": "a", "basis": "counts", "value": NaN}]}'
    ),
    "counts that are a number": having("counts.json", b"7"),
    "counts without sections": having("counts.json", b"{}"),
    "rules that are none": having("rules.json", b'{"rules": [1]}'),
    "rules that were changed": rules(lambda r: r["rules"][0].update(value=-1)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_bundle_that_is_not_in_form_is_one_sentence(
    name: str, public: bytes, tmp_path: Path, settings: Settings
) -> None:
    changed = packed(BROKEN[name](unpacked(public)), honest=name != "no manifest" and _is_map(name))
    with pytest.raises(BadInput) as told:
        again(changed, tmp_path, settings)
    assert told.value.file == "bundle.zip"
    assert told.value.text.zh
    assert len(told.value.in_language("en")) < 300


def _is_map(name: str) -> bool:
    return not name.startswith(("a manifest that is", "no parts"))


@pytest.mark.parametrize("part", ["rules.json", "numbers.json", "counts.json"])
def test_every_part_is_held_to_its_hash(
    part: str, public: bytes, tmp_path: Path, settings: Settings
) -> None:
    parts = unpacked(public)
    changed = {**parts, part: parts[part].replace(b"0", b"1", 1)}
    assert changed != parts
    with pytest.raises(BadInput, match=part):
        again(packed(changed, honest=False), tmp_path, settings)


@pytest.mark.parametrize("content", [b"", b"PK", b"hello", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_one_sentence(
    content: bytes, tmp_path: Path, settings: Settings
) -> None:
    with pytest.raises(BadInput):
        again(content, tmp_path, settings)


def test_a_bundle_cut_short_or_with_a_flipped_byte_is_one_sentence_or_a_difference(
    public: bytes, tmp_path: Path, settings: Settings
) -> None:
    for place in range(40, len(public), len(public) // 23):
        flipped = bytearray(public)
        flipped[place] ^= 0x55
        for changed in (public[:place], bytes(flipped)):
            try:
                found = again(changed, tmp_path, settings)
            except BadInput:
                continue
            # What is left are bytes of the archive's own book-keeping, such as a date.
            assert found.holds


def test_any_changed_byte_of_the_list_of_parts_is_one_sentence_or_changes_nothing(
    public: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "bundle.zip"
    for place in range(public.rindex(MANIFEST_IN_LIST) - 46, len(public)):
        for bits in (0x01, 0x80, 0xFF):
            changed = public[:place] + bytes([public[place] ^ bits]) + public[place + 1 :]
            path.write_bytes(changed)
            with path.open("rb") as source, suppress(BadInput):
                bundle = open_bundle(source, file="bundle.zip")
                assert isinstance(bundle.json("rules.json"), dict)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    public: bytes, tmp_path: Path, settings: Settings
) -> None:
    with pytest.raises(BadInput, match="limit"):
        again(packed({**unpacked(public), "counts.json": bytes(64 << 20)}), tmp_path, settings)


def test_two_parts_of_one_name_are_refused(
    public: bytes, tmp_path: Path, settings: Settings
) -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in unpacked(public).items():
            archive.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("counts.json", b"{}")
    with pytest.raises(BadInput):
        again(target.getvalue(), tmp_path, settings)


def test_rules_that_ask_for_endless_draws_are_refused(
    public: bytes, tmp_path: Path, settings: Settings
) -> None:
    def endless(pack: Any) -> None:
        next(rule for rule in pack["rules"] if rule["id"] == "E-18")["value"] = 10**12

    parts = with_json(unpacked(public), "rules.json", endless)
    said = {"pack": "cn-2026", "hash": RulePack.from_json(json.loads(parts["rules.json"])).hash}
    parts = with_json(parts, "manifest.json", lambda m: m.update(rules=said))
    with pytest.raises(BadInput, match="E-18"):
        again(packed(parts), tmp_path, settings)


def test_a_path_that_is_not_there_or_is_a_folder_is_one_sentence(
    tmp_path: Path, settings: Settings
) -> None:
    for path in (tmp_path / "none.zip", tmp_path):
        with pytest.raises(BadInput, match="no such file"):
            reproduce(path, settings=settings, progress=lambda _: None)
