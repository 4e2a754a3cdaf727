"""The index of a town: what every number opens into, and what happens to bad evidence."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from bars.scenes import opened
from shixiao.checkup.index import DIMENSIONS, GRADES, OVERALL, index, indicators
from shixiao.rules import load_pack
from shixiao.terms import BadInput, Status, SubjectKind

SERVICE, APP, SYSTEM = SubjectKind.SERVICE, SubjectKind.APP, SubjectKind.SYSTEM


def changed(town, folder, **tables):
    """Copy a town with some tables changed (a function of the old table) or dropped (None)."""
    copy = folder / "changed"
    shutil.copytree(town, copy)
    descriptor = json.loads((copy / "datapackage.json").read_text("utf-8"))
    for name, change in tables.items():
        path = copy / f"{name}.parquet"
        if change is None:
            path.unlink()
            descriptor["resources"] = [r for r in descriptor["resources"] if r["name"] != name]
        else:
            pq.write_table(change(pq.read_table(path)), path)
    (copy / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    return copy


def replaced(table, column, values):
    return table.set_column(table.schema.get_field_index(column), column, values)


def found(result, kind=SERVICE, dimension=OVERALL):
    return {
        s.subject.id: s
        for s in result.scores
        if s.subject.kind is kind and s.dimension == dimension
    }


def indexed(path, settings):
    with opened(path, settings) as scene:
        return index(scene, capped={})


def test_every_service_department_and_app_has_four_scores(result):
    counted = [(s.subject.kind, s.subject.id) for s in result.scores]
    assert len(counted) == 4 * (12 + 4 + 2)
    assert all(counted.count(subject) == 4 for subject in counted)
    assert all(s.score.ok for s in result.scores)


def test_a_dimension_is_the_sum_of_its_contributions(result):
    for score in result.scores:
        if score.dimension in DIMENSIONS:
            parts = [p for p in score.parts if p.weight > 0]
            assert sum(p.weight for p in parts) == pytest.approx(1)
            assert sum(p.contribution for p in parts) == pytest.approx(score.score.value)
            assert all(p.contribution == pytest.approx(p.weight * p.score) for p in parts)


def test_the_overall_score_is_the_geometric_mean_of_the_three(result):
    for subject, score in found(result).items():
        product = 1.0
        for dimension in DIMENSIONS:
            product *= found(result, dimension=dimension)[subject].score.value ** (1 / 3)
        assert score.score.value == pytest.approx(product)


def test_an_interval_holds_its_score_and_choices_are_kept_apart_from_it(result):
    for score in result.scores:
        assert 0 <= score.score.low <= score.score.value <= score.score.high <= 100
        low, high = score.choices
        assert 0 <= low < high <= 100
        assert (low, high) != (score.score.low, score.score.high)


def test_bands_and_rank_intervals_agree(result):
    for dimension in (*DIMENSIONS, OVERALL):
        for score in found(result, dimension=dimension).values():
            place = score.place
            assert 1 <= place.low <= place.high <= place.of == 12
            assert place.band >= 1


def test_the_same_evidence_gives_the_same_bytes(result, town, settings):
    again = indexed(town, settings)
    assert json.dumps(again.to_json()) == json.dumps(result.to_json())


def test_vanity_counts_do_not_move_a_byte(result, town, settings, tmp_path):
    def inflated(table):
        for name in ("registrations", "clicks", "comments", "likes", "installs"):
            table = replaced(table, name, pc.multiply(table[name], 1000))
        return table

    again = indexed(changed(town, tmp_path, usage=inflated), settings)
    assert json.dumps(again.to_json()) == json.dumps(result.to_json())


def test_completions_do_move_it(result, town, settings, tmp_path):
    def halved(table):
        return replaced(table, "completions", pc.divide(table["completions"], 2))

    again = indexed(changed(town, tmp_path, usage=halved), settings)
    before, after = (found(r, APP, "usefulness")["a0"].score.value for r in (result, again))
    assert after < before


def test_a_platform_is_what_the_services_on_it_are_to_people(result, town, settings, tmp_path):
    one, other = sorted(found(result))[:2]
    systems = pa.table(
        {
            "system_id": ["P1", "P2", "P3", "G1"],
            "name": ["受理平台", "综合平台", "空平台", "智能预审"],
            "department_id": ["d0"] * 4,
            "kind": ["platform", "platform", "platform", "algorithm"],
            "services": [one, f"{one}; {other}", None, one],
        }
    )
    copy = changed(town, tmp_path)
    pq.write_table(systems, copy / "systems.parquet")
    descriptor = json.loads((copy / "datapackage.json").read_text("utf-8"))
    descriptor["resources"].append({"name": "systems", "path": "systems.parquet"})
    (copy / "datapackage.json").write_text(json.dumps(descriptor), "utf-8")
    again = indexed(copy, settings)
    for dimension in DIMENSIONS:
        services = {s: found(again, SERVICE, dimension)[s].score.value for s in (one, other)}
        platforms = found(again, SYSTEM, dimension)
        assert set(platforms) == {"P1", "P2", "P3"}
        assert platforms["P1"].score.value == pytest.approx(services[one])
        assert min(services.values()) < platforms["P2"].score.value < max(services.values())
        assert platforms["P3"].score.status is Status.INSUFFICIENT


def test_a_breach_of_the_five_bans_caps_the_overall_score(result, scene):
    best = max(found(result, APP).values(), key=lambda s: s.score.value)
    assert best.score.value > 59
    again = index(scene, capped={(APP, best.subject.id): ["APP-FUN"]})
    score = found(again, APP)[best.subject.id]
    assert (score.score.value, score.cap) == (59, ("APP-FUN",))
    assert score.uncapped == pytest.approx(best.score.value)
    assert score.grade.id == score.grade.high == "to_be_corrected"
    assert score.choices[1] <= 59
    plain = found(again, APP, "usefulness")[best.subject.id]
    assert plain.cap == ()
    assert plain.score == found(result, APP, "usefulness")[best.subject.id].score


MISSING = [
    ("ratings", {"satisfaction"}),
    ("messages", {"solved", "complaints"}),
    ("field_tests", {"field_pass", "field_gap"}),
    ("requirements", {"materials_held"}),
    ("elements", {"materials_held"}),
    ("groups", {"assisted_parity"}),
    ("usage", {"completions_per_user"}),
    ("accounts", {"accounts_kept"}),
]


@pytest.mark.parametrize(("table", "lost"), MISSING)
def test_a_missing_table_leaves_out_what_needs_it_and_says_so(
    town, settings, tmp_path, table, lost
):
    result = indexed(changed(town, tmp_path, **{table: None}), settings)
    assert {name for name, _ in result.not_assessable} == lost
    assert all(table in reason.en for _, reason in result.not_assessable)
    used = {part.id for score in result.scores for part in score.parts}
    assert not used & lost
    assert all(s.score.ok for s in found(result).values())


def test_a_dimension_without_enough_weight_is_not_assessable_and_says_what_would_help(
    town, settings, tmp_path
):
    gone = changed(town, tmp_path, ratings=None, messages=None, field_tests=None)
    result = indexed(gone, settings)
    score = found(result, dimension="benefit")["s00"]
    assert score.score.status is Status.NOT_ASSESSABLE
    assert score.score.value is None
    assert "ratings" in score.score.reason.en
    assert "ratings" in score.score.reason.zh
    overall = found(result)["s00"].score
    assert overall.status is Status.NOT_ASSESSABLE
    assert "benefit" in overall.reason.en
    assert found(result, dimension="usefulness")["s00"].score.ok


@pytest.mark.parametrize("kept", [{"services", "departments"}, {"services", "apps", "usage"}])
def test_without_cases_there_are_no_overall_scores_and_no_crash(town, settings, tmp_path, kept):
    names = [p.stem for p in town.glob("*.parquet")]
    result = indexed(changed(town, tmp_path, **{n: None for n in names if n not in kept}), settings)
    assert len(found(result)) == 12
    assert not any(s.score.ok for s in result.scores if s.dimension == OVERALL)
    assert all(1 <= s.place.low <= s.place.high for s in result.scores)


def test_half_filled_tables_are_used_as_far_as_they_go(town, settings, tmp_path):
    def thinned(column):
        def change(table):
            keep = pa.array([i % 2 == 0 for i in range(len(table))])
            nothing = pa.nulls(len(table), table[column].type)
            return replaced(table, column, pc.if_else(keep, table[column], nothing))

        return change

    half = changed(
        town,
        tmp_path,
        cases=thinned("person_key"),
        messages=thinned("solved"),
        usage=thinned("completions"),
        field_tests=thinned("passed"),
        ratings=thinned("case_id"),
    )
    result = indexed(half, settings)
    assert all(s.score.ok for s in found(result).values())


def test_ratings_without_cases_and_impossible_levels_count_for_nothing(
    result, town, settings, tmp_path
):
    def spoilt(table):
        more = table.slice(0, 200)
        strangers = replaced(more, "case_id", pa.array([f"x{i}" for i in range(200)]))
        strangers = replaced(strangers, "rating_id", pa.array([f"y{i}" for i in range(200)]))
        wild = replaced(more, "level", pa.array([900] * 200, pa.int64()))
        wild = replaced(wild, "rating_id", pa.array([f"z{i}" for i in range(200)]))
        return pa.concat_tables([table, strangers, wild])

    again = indexed(changed(town, tmp_path, ratings=spoilt), settings)
    assert json.dumps(again.to_json()) == json.dumps(result.to_json())


def test_days_with_negative_counts_are_left_out(town, settings, tmp_path):
    def negative(table):
        values = table["completions"].to_pylist()
        values[:20] = [-1000] * 20
        return replaced(table, "completions", pa.array(values, pa.int64()))

    result = indexed(changed(town, tmp_path, usage=negative), settings)
    part = next(
        p for p in found(result, APP, "usefulness")["a0"].parts if p.id == "completions_per_user"
    )
    assert part.raw.n == 180
    assert part.raw.value == pytest.approx(0.2, abs=0.02)


def test_few_ratings_give_bounds_and_stay_out_of_the_score(town, settings, tmp_path):
    few = changed(
        town,
        tmp_path,
        ratings=lambda table: table.filter(pa.array([i % 8 == 0 for i in range(len(table))])),
    )
    parts = [
        p
        for score in found(indexed(few, settings), dimension="benefit").values()
        for p in score.parts
        if p.id == "satisfaction"
    ]
    assert parts
    for part in parts:
        rate = part.details["response_rate"]
        assert rate < 0.2
        assert (part.weight, part.score, part.value.status) == (0, None, Status.INSUFFICIENT)
        assert part.value.low == pytest.approx(rate * part.value.value + (1 - rate))
        assert part.value.high == pytest.approx(rate * part.value.value + (1 - rate) * 5)


def test_a_service_with_few_cases_is_shown_but_not_placed(town, settings, tmp_path):
    def thinned(table):
        pairs = zip(table["service_id"].to_pylist(), table["case_id"].to_pylist(), strict=True)
        keep = [service != "s03" or int(case[1:]) % 12 == 0 for service, case in pairs]
        return table.filter(pa.array(keep))

    result = indexed(changed(town, tmp_path, cases=thinned, events=thinned), settings)
    score = found(result)["s03"]
    assert score.score.status is Status.INSUFFICIENT
    assert "50" in score.score.reason.en
    assert (score.place.low, score.place.high, score.place.of) == (1, 11, 11)
    assert score.place.band is None
    assert score.grade is None


def test_apps_and_departments_that_carry_nothing_known_are_listed_without_a_score(
    town, settings, tmp_path
):
    def strange(table):
        return replaced(table, "services", pa.array(["nowhere;nothing", None]))

    result = indexed(changed(town, tmp_path, apps=strange), settings)
    assert {s.score.status for s in found(result, APP).values()} == {Status.INSUFFICIENT}


def test_a_local_pack_moves_weights_and_goalposts(result, scene, tmp_path):
    (tmp_path / "local.yaml").write_text(
        """
topic: {zh: 本市权重, en: Weights of this city}
rules:
  - id: I-02
    name: {zh: 实用性各指标的权重, en: Weights within usefulness}
    kind: policy
    value: {completion: 1, first_time_right: 0, repeat_contact: 0, field_pass: 0}
    source: {title: {zh: 专家组决议, en: Decision of the panel}}
    confidence: own
    checked: own
""",
        "utf-8",
    )
    rules = load_pack("cn-2026", tmp_path / "local.yaml")
    again = index(replace(scene, rules=rules), capped={})
    for subject, score in found(again, dimension="usefulness").items():
        (part,) = [p for p in score.parts if p.weight > 0]
        assert (part.id, part.rule) == ("completion", "I-02")
        before = found(result, dimension="usefulness")[subject].parts
        assert part.score == pytest.approx(next(p.score for p in before if p.id == "completion"))


@pytest.mark.parametrize(
    ("rule", "value", "complaint"),
    [
        ("I-31", "{floor: 0.9, target: 0.5}", "above floor"),
        ("I-02", "{completion: -1, first_time_right: 1, repeat_contact: 1, field_pass: 1}", "neg"),
        ("I-01", "{usefulness: 0, convenience: 0, benefit: 0}", "above zero"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_name(scene, tmp_path, rule, value, complaint):
    (tmp_path / "local.yaml").write_text(
        f"topic: {{zh: 甲, en: A}}\nrules:\n  - id: {rule}\n    name: {{zh: 甲, en: A}}\n"
        f"    kind: policy\n    value: {value}\n    source: {{title: {{zh: 甲, en: A}}}}\n"
        "    confidence: own\n    checked: own\n",
        "utf-8",
    )
    rules = load_pack("cn-2026", tmp_path / "local.yaml")
    with pytest.raises(BadInput, match=rule) as raised:
        index(replace(scene, rules=rules), capped={})
    assert complaint in str(raised.value)


def test_everything_is_plain_json_with_the_promised_keys(result):
    entries = json.loads(json.dumps(result.to_json(), allow_nan=False))
    for entry in entries:
        assert set(entry) >= {"subject", "dimension", "score", "rank"}
        assert set(entry["rank"]) == {"low", "high", "of"}
        assert {p["indicator"] for p in entry["parts"]} <= {
            *(i.id for i in indicators()),
            "services",
            *DIMENSIONS,
        }
        if entry["dimension"] == OVERALL:
            assert entry["grade"]["id"] in GRADES


def test_field_testers_agreement_and_funnels_are_handed_on(result):
    assert set(result.agreement) == {"", "住建", "社保"}
    assert {f.indicator for f in result.funnels} >= {"completion", "solved", "field_pass"}
    for funnel in result.funnels:
        for dot in funnel.dots:
            inside = dot.limits_95[0] <= dot.value <= dot.limits_95[1]
            assert inside == (dot.standing == "inside")
