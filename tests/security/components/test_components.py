"""Known vulnerabilities are found, and what cannot be compared is never passed."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from shixiao.cli import cli
from shixiao.seals import SigningKey
from shixiao.security.components import assess, read_bundle, read_sbom, write_bundle
from shixiao.security.components.versions import of_npm
from shixiao.security.probing import Assessed
from shixiao.terms import BadInput

KEY, NOW = SigningKey(bytes(range(32))), datetime(2026, 11, 29, 8, tzinfo=UTC)
CANDIDATE = [{"introduced": "1.0.0-rc.1"}, {"last_affected": "1.2.0"}]
SPAN = [{"introduced": "0"}, {"fixed": "3.2.25"}, {"introduced": "4.0"}, {"fixed": "4.2.1"}]


def record(name: str, package: str, ecosystem: str, events: Any, **more: Any) -> dict[str, Any]:
    ranges = [{"type": "ECOSYSTEM", "events": events}]
    affected = {"package": {"ecosystem": ecosystem, "name": package}, "ranges": ranges}
    return {"id": name, "affected": [affected], **more}


RECORDS = [
    record("GHSA-1", "Django", "PyPI", SPAN, aliases=["CVE-2024-1"]),
    record("GHSA-2", "@Scope/left", "npm", CANDIDATE),
    record("GHSA-3", "zope_interface", "PyPI", [{"introduced": "0"}], aliases=["CVE-2024-3"]),
    record("MAL-4", "left-pad2", "npm", [{"introduced": "0"}]),
    record("GHSA-5", "django", "PyPI", [{"introduced": "0"}], withdrawn="2024-01-01T00:00:00Z"),
    {
        "id": "GHSA-6",
        "affected": [
            {"package": {"ecosystem": "PyPI", "name": "listed"}, "versions": ["1.0", "1.1"]}
        ],
    },
]  # fmt: skip


def bundled(path: Path, made: datetime = NOW, ecosystems: Iterable[str] = ("PyPI", "npm")) -> Path:
    write_bundle(path, RECORDS, exploited=["CVE-2024-3"], ecosystems=ecosystems, made=made, key=KEY)
    return path


def listed(path: Path, *purls: str) -> Path:
    components = [{"type": "library", "name": "x", "purl": purl} for purl in purls]
    path.write_text(json.dumps({"bomFormat": "CycloneDX", "components": components}))
    return path


def held(tmp_path: Path, *purls: str, **of_bundle: Any) -> tuple[Assessed, ...]:
    bundle = read_bundle(bundled(tmp_path / "osv.zip", **of_bundle), KEY.public)
    found = read_sbom(listed(tmp_path / "sbom.json", *purls))
    return assess(found, bundle, now=NOW, days=7)


CASES = {
    "pkg:pypi/django@3.2.0": {"vulnerable"},
    "pkg:pypi/Django@3.2.24": {"vulnerable"},
    "pkg:pypi/django@3.2.25": set(),
    "pkg:pypi/django@3.2.25rc1": {"vulnerable"},
    "pkg:pypi/django@3.10": set(),
    "pkg:pypi/django@4.2": {"vulnerable"},
    "pkg:pypi/django@5.2.1": set(),
    "pkg:pypi/zope.interface@6.0": {"exploited"},
    "pkg:pypi/listed@1.0.0": {"vulnerable"},
    "pkg:pypi/listed@1.2": set(),
    "pkg:npm/%40scope/left@1.0.0-rc.1": {"vulnerable"},
    "pkg:npm/%40scope/left@1.0.0-beta.9": set(),
    "pkg:npm/%40scope/left@1.2.0?a=b#c": {"vulnerable"},
    "pkg:npm/%40scope/left@1.10.0": set(),
    "pkg:npm/left-pad2@9.9.9": {"malicious"},
}


@pytest.mark.parametrize(("purl", "failed"), CASES.items(), ids=CASES)
def test_versions_are_held_against_records(tmp_path: Path, purl: str, failed: set[str]) -> None:
    (part,) = held(tmp_path, purl)
    assert {one.check for one in part.seen or () if not one.passed} == failed


UNKNOWN = {
    "pkg:maven/org.apache/log4j@2.0": "Maven cannot be ordered",
    "pkg:pypi/django": "no version",
    "pkg:pypi/django@not-a-version!": "no version",
    "pkg:npm/left@1.2": "no version",
    "": "no package URL",
}


@pytest.mark.parametrize(("purl", "why"), UNKNOWN.items())
def test_what_cannot_be_compared_is_not_assessed(tmp_path: Path, purl: str, why: str) -> None:
    good, bad = held(tmp_path, purl, "pkg:pypi/fine@1.0")
    assert good.seen is not None
    assert bad.reason is not None
    assert why in bad.reason.en


def test_a_bundle_that_does_not_cover_an_ecosystem_passes_nothing_of_it(tmp_path: Path) -> None:
    (part,) = held(tmp_path, "pkg:pypi/django@3.2.0", ecosystems=["npm"])
    assert part.seen is None


@pytest.mark.parametrize("days", [-1, 8])
def test_a_bundle_that_is_too_old_or_of_tomorrow_passes_nothing(tmp_path: Path, days: int) -> None:
    (part,) = held(tmp_path, "pkg:pypi/fine@1.0", made=NOW - timedelta(days=days))
    assert part.seen is None


def test_a_bundle_of_another_key_or_with_a_changed_member_is_refused(tmp_path: Path) -> None:
    path = bundled(tmp_path / "osv.zip")
    with pytest.raises(BadInput, match="not signed with this key"):
        read_bundle(path, SigningKey.new().public)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    for name, changed in (
        ("records.jsonl", members["records.jsonl"].replace(b"3.2.25", b"3.2.00")),
        ("exploited.json", b'{"vulnerabilities":[]}'),
        ("manifest.json", members["manifest.json"].replace(b"npm", b"any")),
        ("more.json", b"{}"),
        ("manifest.sig.json", b"{}"),
    ):
        with zipfile.ZipFile(path, "w") as archive:
            for each, data in {**members, name: changed}.items():
                archive.writestr(each, data)
        with pytest.raises(BadInput):
            read_bundle(path, KEY.public)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadInput, match="no bundle"):
        read_bundle(path, KEY.public)


DEEP = '{"bomFormat":"CycloneDX","components":[' + '{"components":[' * 200 + "]}" * 200 + "]}"
HOSTILE = {
    "rubbish": "{",
    "another form": '{"spdxVersion": "SPDX-2.3"}',
    "deep": DEEP,
    "very deep": "[" * 100_000,
    "a number": '{"bomFormat":"CycloneDX","components":[{"name":1}]}',
    "no list": '{"bomFormat":"CycloneDX","components":{}}',
    "empty": '{"bomFormat":"CycloneDX","components":[]}',
    "long": '{"bomFormat":"CycloneDX","components":[{"name":"' + "a" * 9999 + '"}]}',
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_sbom_is_bad_input(tmp_path: Path, text: str) -> None:
    (tmp_path / "sbom.json").write_text(text)
    with pytest.raises(BadInput):
        read_sbom(tmp_path / "sbom.json")


# The order that Semantic Versioning gives as its example (11).
ORDERED = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
           "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0"]  # fmt: skip


@given(st.permutations(ORDERED))
def test_versions_of_npm_are_ordered_as_their_standard_says(mixed: list[str]) -> None:
    assert sorted(mixed, key=of_npm) == ORDERED


def test_the_command_answers_in_the_form_of_probes(tmp_path: Path) -> None:
    osv = bundled(tmp_path / "osv.zip", made=datetime.now(UTC))
    line = ["probe", "sbom", "--osv", str(osv), "--key", KEY.public.base64, "--json"]
    schema = files("shixiao.cli").joinpath("schemas/probe.schema.json").read_text("utf-8")
    answers = {}
    for purl in ("pkg:pypi/zope.interface@6.0", "pkg:pypi/fine@1.0", "pkg:maven/a/b@1"):
        listed(tmp_path / "sbom.json", purl)
        done = CliRunner().invoke(cli, [*line, str(tmp_path / "sbom.json")])
        said = json.loads(done.stdout)
        jsonschema.validate(said, json.loads(schema))
        answers[purl] = done.exit_code, said["veto"], said["admissible"]
    assert list(answers.values()) == [
        (1, ["components.exploited"], False),
        (0, [], True),
        (1, [], False),
    ]


def packed(tmp_path: Path, *line: object) -> dict[str, Any]:
    (tmp_path / "key.pem").write_bytes(KEY.pem())
    named = ["probe", "osv", *map(str, line), "--json"]
    done = CliRunner().invoke(cli, named)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    said = json.loads(done.stdout)
    schema = files("shixiao.cli").joinpath("schemas/osv-answer.schema.json").read_text("utf-8")
    jsonschema.validate(said, json.loads(schema))
    assert isinstance(said, dict)
    return said


def test_records_are_packed_signed_and_checked_by_command(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for each in RECORDS[:3]:
            archive.writestr(f"{each['id']}.json", json.dumps(each))
    (tmp_path / "more.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in RECORDS[2:]))
    known = {"vulnerabilities": [{"cveID": "CVE-2024-3"}]}
    (tmp_path / "kev.json").write_text(json.dumps(known))
    sources = (tmp_path / "all.zip", tmp_path / "more.jsonl", "--exploited", tmp_path / "kev.json")
    line = ("--out", tmp_path / "osv.zip", "--key", tmp_path / "key.pem", "--ecosystem", "PyPI")
    said = packed(tmp_path, "make", *sources, *line)
    assert (said["records"], said["exploited"], said["ecosystems"]) == (6, 1, ["PyPI"])
    assert packed(tmp_path, "check", tmp_path / "osv.zip", "--key", KEY.public.base64) == said
    bundle = read_bundle(tmp_path / "osv.zip", KEY.public)
    found = read_sbom(listed(tmp_path / "sbom.json", "pkg:pypi/zope.interface@6.0"))
    (part,) = assess(found, bundle, now=datetime.now(UTC), days=7)
    assert [one.check for one in part.seen or () if not one.passed] == ["exploited"]
    with pytest.raises(BadInput, match="The file exists"):
        packed(tmp_path, "make", *sources, *line)
    with pytest.raises(BadInput, match="not signed with this key"):
        packed(tmp_path, "check", tmp_path / "osv.zip", "--key", SigningKey.new().public.base64)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "There are no records"),
        ('{"id": 5}\n', "is no record of OSV"),
        ('{"id": "a", "affected": [3]}\n', "is no record of OSV"),
        ('{"id": "a\\ud800"}\n', "is no record of OSV"),
        ("[" * 100_000, "is no record of OSV"),
        (json.dumps(RECORDS[1]), "No record touches PyPI"),
    ],
)
def test_what_is_no_record_is_packed_into_nothing(tmp_path: Path, data: str, words: str) -> None:
    (tmp_path / "records.jsonl").write_text(data)
    line = ("--out", tmp_path / "osv.zip", "--key", tmp_path / "key.pem", "--ecosystem", "PyPI")
    with pytest.raises(BadInput, match=words):
        packed(tmp_path, "make", tmp_path / "records.jsonl", *line)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key.pem", "records.jsonl"]
