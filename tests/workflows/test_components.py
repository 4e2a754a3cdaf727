"""Components against vulnerabilities, every day: what is new, mended, or cannot be told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import override_settings

from shixiao.cli import cli
from shixiao.records.models import LeafRow, OsvBundle, ProbeOutcome, Probing, System, Weakness
from shixiao.seals import SigningKey
from shixiao.security.assessing import Layer
from shixiao.security.components import write_bundle
from shixiao.settings import Site
from shixiao.terms import BadInput
from shixiao.workflows.refusals import Forbidden, Incomplete
from shixiao.workflows.systems import bundles, components, probing, registering, reviewing
from shixiao.workflows.systems.dossier import dossier_of, judge
from tests import systems
from tests.cast import NOW, Cast
from tests.security.components.test_components import record

KEY, OTHER = SigningKey(b"\x06" * 32), SigningKey(b"\x07" * 32)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EVERYTHING = [{"introduced": "0"}]
KNOWN = [record("GHSA-1", "django", "PyPI", [{"introduced": "0"}, {"fixed": "3.2.25"}])]
NEW = record("GHSA-2", "fine", "PyPI", EVERYTHING, aliases=["CVE-2026-2"])
DJANGO, FINE, JAVA = "pkg:pypi/django@3.2.0", "pkg:pypi/fine@1.0", "pkg:maven/a/b@1"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    environment = {"SHIXIAO_DATA": str(tmp_path), "SHIXIAO_OSV_KEYS": KEY.public.base64}
    with override_settings(SITE=Site.from_environment(environment)):
        yield tmp_path


def sbom(*purls: str) -> bytes:
    rows = [{"type": "library", "name": "x", "purl": purl} for purl in purls]
    return json.dumps({"bomFormat": "CycloneDX", "components": rows}).encode()


def placed(
    site: Path,
    *records: Any,
    made: datetime = NOW,
    at: datetime = NOW,
    key: SigningKey = KEY,
    exploited: tuple[str, ...] = (),
    name: str = "osv.zip",
) -> Path:
    """Place a bundle in the folder, as an operator does."""
    path = bundles.folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bundle(path, records, exploited=exploited, ecosystems=["PyPI"], made=made, key=key)
    os.utime(path, (0, (at - HOUR).timestamp()))
    return path


def entered(cast: Cast, system: System, *purls: str, at: datetime = NOW) -> None:
    data = sbom(*purls)
    components.enter(system, data, file="sbom.json", actor=cast.actor("wei"), at=at)


def daily(system: System) -> list[Probing]:
    return list(system.probings.filter(origin="daily").order_by("asked"))


def told(run: Probing) -> ProbeOutcome:
    (outcome,) = run.outcomes.all()
    return outcome


@pytest.fixture
def held(cast: Cast, site: Path) -> System:
    """A system that is admitted, and whose list of components has nothing that is known."""
    placed(site, *KNOWN)
    system = systems.admitted(cast, systems.complete(cast, systems.made(cast)))
    entered(cast, system, FINE)
    assert components.match_due(now=NOW) == 1
    return system


def test_a_list_is_matched_once_a_day_and_again_for_a_new_list_or_bundle(
    cast: Cast, site: Path, held: System
) -> None:
    assert components.match_due(now=NOW + HOUR) == 0
    assert components.match_due(now=NOW + 20 * HOUR) == 1
    placed(site, *KNOWN, NEW, made=NOW + DAY, at=NOW + DAY)
    assert components.match_due(now=NOW + DAY) == 1
    assert components.match_due(now=NOW + DAY) == 0
    entered(cast, held, FINE, DJANGO, at=NOW + DAY)
    assert components.match_due(now=NOW + DAY) == 1
    entered(cast, held, FINE, DJANGO, at=NOW + DAY)  # the same file again
    assert components.match_due(now=NOW + DAY) == 0
    assert [run.faults for run in daily(held)] == [0, 0, 1, 2]
    assert held.sboms.count() == 2


def test_a_vulnerability_that_was_not_known_before_forces_a_new_test_once(
    cast: Cast, site: Path, held: System
) -> None:
    assert not held.retests.exists()
    placed(site, *KNOWN, NEW, made=NOW + DAY, at=NOW + DAY)
    components.match_due(now=NOW + DAY)
    forced = held.retests.get()
    assert forced.cause == "component"
    assert "GHSA-2" in forced.reference
    weakness = Weakness.objects.get(system=held, state="open")
    assert weakness.check_id == "components.vulnerable"
    decision, _ = judge(held, now=NOW + DAY)
    layers = {layer.layer: layer for layer in decision.layers}
    assert not layers[Layer.COVERAGE].holds  # what was seen before it counts no more
    assert "组件" not in "".join(text.zh for text in layers[Layer.COVERAGE].against)  # this does
    components.match_due(now=NOW + 2 * DAY)
    assert held.retests.count() == 1


def test_a_vulnerability_that_is_mended_and_comes_back_keeps_its_history(
    cast: Cast, site: Path, held: System
) -> None:
    for n, records in enumerate(([*KNOWN, NEW], KNOWN, [*KNOWN, NEW]), 1):
        placed(site, *records, made=NOW + n * DAY, at=NOW + n * DAY)
        components.match_due(now=NOW + n * DAY)
    weakness = Weakness.objects.get(system=held)
    assert [turn.turn for turn in weakness.turns.all()] == ["opened", "fixed", "returned"]
    assert held.retests.count() == 2


def test_one_that_is_exploited_is_a_veto_and_shuts_the_system(
    cast: Cast, site: Path, held: System
) -> None:
    at = NOW + HOUR
    placed(site, *KNOWN, NEW, made=at, at=at, exploited=("CVE-2026-2",))
    components.match_due(now=at)
    assert reviewing.review_all(now=at) == 1
    held.refresh_from_db()
    assert held.state == "suspended"


def test_a_system_that_is_not_admitted_yet_is_matched_and_nothing_is_forced(
    cast: Cast, site: Path
) -> None:
    system = systems.complete(cast, systems.made(cast))
    entered(cast, system, DJANGO)
    placed(site, *KNOWN)
    components.match_due(now=NOW)
    (run,) = daily(system)
    assert (run.faults, run.score, system.retests.count()) == (1, 59, 0)


def test_what_cannot_be_told_of_a_part_is_said_and_hides_nothing_of_the_rest(
    cast: Cast, site: Path
) -> None:
    system = systems.complete(cast, systems.made(cast))
    entered(cast, system, DJANGO, JAVA)
    placed(site, *KNOWN)
    components.match_due(now=NOW + HOUR)
    (run,) = daily(system)
    outcome = told(run)
    assert (run.assessed, run.mandatory, run.faults, run.score) == (0, 1, 1, None)
    assert outcome.reason is not None
    assert "Maven" in outcome.reason.en
    assert Weakness.objects.get(system=system).locator == f"{DJANGO} GHSA-1"
    layers = {layer.layer: layer for layer in judge(system, now=NOW + HOUR)[0].layers}
    assert any("Maven" in text.en for text in layers[Layer.COVERAGE].against)
    entered(cast, system, JAVA, at=NOW + 2 * HOUR)  # of which nothing at all can be told
    components.match_due(now=NOW + 2 * HOUR)
    assert told(daily(system)[-1]).checks is None
    assert Weakness.objects.get(system=system).state == "open"  # and nothing is mended


@pytest.mark.parametrize(
    "why", ["no key", "wrong key", "none", "foreign", "changed", "old", "ahead"]
)
def test_without_a_bundle_that_holds_components_are_not_assessed_and_it_says_why(
    cast: Cast, site: Path, why: str
) -> None:
    system = systems.complete(cast, systems.made(cast))
    at, said = NOW + 2 * DAY, ""
    entered(cast, system, FINE, at=at)
    told_keys = {"no key": (), "wrong key": ("rubbish",)}.get(why, settings.SITE.osv_keys)
    if why == "foreign":
        placed(site, *KNOWN, made=at, at=at, key=OTHER)
    elif why == "changed":
        path = placed(site, *KNOWN, made=at, at=at)
        path.write_bytes(path.read_bytes()[:-40])
        os.utime(path, (0, 0))
    elif why in {"old", "ahead"}:
        placed(site, *KNOWN, made=at - 8 * DAY if why == "old" else at + HOUR, at=at)
    said = {
        "no key": "SHIXIAO_OSV_KEYS",
        "wrong key": "cannot be read",
        "none": "No bundle",
        "foreign": "not signed with this key",
        "changed": "is no bundle",
        "old": "more than 7 days old",
        "ahead": "in the future",
    }[why]
    given = {"SHIXIAO_DATA": str(site), "SHIXIAO_OSV_KEYS": ",".join(told_keys)}
    with override_settings(SITE=Site.from_environment(given)):
        assert components.match_due(now=at) == 1
        assert components.match_due(now=at + HOUR / 2) == 0  # the same again is no news
    outcome = told(daily(system)[0])
    assert outcome.checks is None
    assert outcome.reason is not None
    assert said in outcome.reason.en
    layers = {layer.layer: layer for layer in judge(system, now=at)[0].layers}
    against = layers[Layer.COVERAGE].against
    assert any(outcome.reason.en in text.en for text in against)


def test_what_was_told_by_hand_stands_until_it_runs_out(cast: Cast, site: Path) -> None:
    system = systems.complete(cast, systems.made(cast))  # with a run that tells of components
    entered(cast, system, FINE)
    assert components.match_due(now=NOW + HOUR) == 0
    assert components.match_due(now=NOW + DAY + HOUR) == 1


def test_an_older_bundle_that_holds_stands_in_for_a_newer_one_that_does_not(
    cast: Cast, site: Path, held: System
) -> None:
    placed(site, *KNOWN, NEW, made=NOW + DAY, at=NOW + DAY, key=OTHER)
    assert components.match_due(now=NOW + DAY) == 1
    assert [run.faults for run in daily(held)] == [0, 0]
    refused = OsvBundle.objects.get(problem__isnull=False)
    assert not bundles.path_of(refused).exists()
    kept = OsvBundle.objects.get(problem__isnull=True)
    bundles.path_of(kept).write_bytes(b"PK changed on the disk")
    components.match_due(now=NOW + 3 * DAY)
    assert told(daily(held)[-1]).checks is None


def test_a_new_release_needs_a_list_of_its_own(cast: Cast, site: Path, held: System) -> None:
    registering.release(
        held, label="2", sha256="cd" * 32, change="version", actor=cast.actor("wei"), at=NOW + HOUR
    )
    assert components.current(held) is None
    assert components.match_due(now=NOW + DAY) == 0
    entered(cast, held, FINE, at=NOW + DAY)
    assert components.match_due(now=NOW + DAY) == 1


def test_of_daily_matches_only_the_newest_is_in_the_dossier(
    cast: Cast, site: Path, held: System
) -> None:
    for n in range(1, 4):
        assert components.match_due(now=NOW + n * DAY) == 1
    kept = [each for each in dossier_of(held, now=NOW).exhibits if each.kept.name == "components"]
    assert [each.kept.at for each in kept if each.kept.at > NOW] == [NOW + 3 * DAY]


def test_a_list_is_entered_by_its_department_for_a_release(cast: Cast, site: Path) -> None:
    system = systems.made(cast)
    with pytest.raises(Incomplete):
        entered(cast, system, FINE)
    systems.complete(cast, system)
    with pytest.raises(Forbidden):
        components.enter(system, sbom(FINE), file="s", actor=cast.actor("wu"), at=NOW)
    for bad in (b"{", b"[]", b'{"bomFormat": "SPDX"}', sbom()):
        with pytest.raises(BadInput):
            components.enter(system, bad, file="s", actor=cast.actor("wei"), at=NOW)
    assert not system.sboms.exists()


def test_a_bundle_comes_once_by_a_person_who_may_and_never_half(cast: Cast, site: Path) -> None:
    path = placed(site, *KNOWN, name="mine.bin")
    data = path.read_bytes()
    with pytest.raises(Forbidden):
        bundles.bring([data], name="osv.zip", actor=cast.actor("wei"), at=NOW)
    for _ in range(2):
        parts = [data[:100], data[100:]]
        bundles.bring(parts, name="osv.zip", actor=cast.actor("shen"), at=NOW)
    assert bundles.check_waiting(now=NOW) == 1
    row = OsvBundle.objects.get()
    assert (row.records, row.ecosystems, row.fingerprint) == (1, ["PyPI"], KEY.public.fingerprint)
    assert LeafRow.objects.filter(event="system.bundled").count() == 1

    def breaks() -> Iterator[bytes]:
        yield data[:50]
        raise OSError("the line broke")

    with pytest.raises(OSError, match="broke"):
        bundles.bring(breaks(), name="x.zip", actor=cast.actor("li"), at=NOW)
    assert OsvBundle.objects.count() == 1
    assert [each.suffix for each in (bundles.folder() / "kept").iterdir()] == [".zip"]


def test_a_file_that_is_still_being_copied_is_left_alone(cast: Cast, site: Path) -> None:
    path = placed(site, *KNOWN)
    os.utime(path, (0, NOW.timestamp()))
    assert bundles.take_placed(now=NOW + timedelta(seconds=30)) == 0
    assert bundles.take_placed(now=NOW + timedelta(minutes=2)) == 1
    assert not path.exists()


def test_what_the_command_tells_of_a_part_can_be_entered_by_hand(cast: Cast, site: Path) -> None:
    system = systems.complete(cast, systems.made(cast))
    osv, listed = placed(site, *KNOWN, made=datetime.now(UTC)), site / "sbom.json"
    listed.write_bytes(sbom(DJANGO, JAVA, "pkg:cargo/c@1"))
    line = ["probe", "sbom", str(listed), "--osv", str(osv), "--key", KEY.public.base64, "--json"]
    said = CliRunner().invoke(cli, line).stdout.encode()
    now = datetime.now(UTC)
    made = probing.take_in(system, said, file="run.json", actor=cast.actor("wei"), at=now)
    outcome = told(made)
    assert outcome.reason is not None
    assert "Maven" in outcome.reason.en
    assert "crates.io" in outcome.reason.en
    assert Weakness.objects.get(system=system).locator == f"{DJANGO} GHSA-1"
    twice = json.loads(said)
    twice["coverage"]["probes"].append("components")
    with pytest.raises(BadInput, match="there twice"):
        data = json.dumps(twice).encode()
        probing.take_in(system, data, file="run.json", actor=cast.actor("wei"), at=now)
