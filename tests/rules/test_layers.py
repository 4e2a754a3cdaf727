"""Layers over the national pack, and faults in pack files."""

import pytest

from shixiao.rules import load_pack
from shixiao.terms import BadInput

FILE = """
topic: {{zh: 本地, en: Local}}
rules:
  - id: {id}
    name: {{zh: 名称, en: Name}}
    kind: {kind}
    value: {value}
    source: {{title: {{zh: 本市规定, en: City rules}}}}
    confidence: S
    checked: secondary
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="city.yaml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_city_overrides_policy_and_the_hash_changes(write):
    city = write(FILE.format(id="RAT-FIX", kind="policy", value="{days: 5, shortest_seen: 5, longest_seen: 5}"))  # fmt: skip  # noqa: E501
    pack = load_pack("cn-2026", city)
    assert pack.value("RAT-FIX", "days") == 5
    assert pack.rule("RAT-FIX").pack == "city"
    assert pack.name == "cn-2026+city"
    assert pack.hash != load_pack().hash


def test_a_city_adds_rules_and_sets_what_was_left_open(write):
    city = write(FILE.format(id="APP-IDLE", kind="policy", value="{idle_days: 90}"))
    assert load_pack("cn-2026", city).value("APP-IDLE", "idle_days") == 90


@pytest.mark.parametrize(
    ("rule_id", "value", "why"),
    [
        ("GDS-22", "5", "GDS-22 is fixed by law"),
        ("E-01", "many", "E-01 must keep its form"),
        ("E-10", "{warn: 0.1}", "E-10 must keep its form"),
    ],
)
def test_an_override_that_is_not_allowed_is_refused_by_id(write, rule_id, value, why):
    city = write(FILE.format(id=rule_id, kind="policy", value=value))
    with pytest.raises(BadInput, match=why):
        load_pack("cn-2026", city)


def test_layers_go_from_nation_to_city(write, tmp_path):
    with pytest.raises(BadInput, match="belongs before"):
        load_pack(write(FILE.format(id="C-1", kind="policy", value="1")), "cn-2026")


def test_a_folder_with_a_manifest_is_a_pack(write, tmp_path):
    write("name: zj\ntier: province\ntitle: {zh: 浙江, en: Zhejiang}\n", "zj/pack.yaml")
    write(FILE.format(id="Z-1", kind="policy", value="[1, 2]"), "zj/a.yaml")
    pack = load_pack("cn-2026", tmp_path / "zj")
    assert pack.name == "cn-2026+zj"
    assert pack.value("Z-1") == [1, 2]


def test_an_id_given_in_two_files_of_a_pack_is_refused(write, tmp_path):
    write("name: zj\ntier: province\ntitle: {zh: 浙江, en: Zhejiang}\n", "zj/pack.yaml")
    for name in ("zj/a.yaml", "zj/b.yaml"):
        write(FILE.format(id="Z-1", kind="policy", value="1"), name)
    with pytest.raises(BadInput, match=r"b\.yaml: rule Z-1: the id is given twice"):
        load_pack(tmp_path / "zj")


@pytest.mark.parametrize("name", ["nowhere", "no/such/file.yaml"])
def test_a_pack_that_is_not_there_is_named(name):
    with pytest.raises(BadInput, match=name):
        load_pack(name)


GOOD = FILE.format(id="A-1", kind="policy", value="3")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (", en: Name", "", "rule A-1: “name” needs Chinese"),
        ("en: Name", "en: ''", "rule A-1: “name” needs Chinese"),
        ("    checked: secondary", "    checkd: text", "rule A-1: unknown key “checkd”"),
        (
            "    checked: secondary",
            "    note: {zh: 缺, en: none}",
            "rule A-1: “checked” is missing",
        ),
        ("confidence: S", "confidence: X", "rule A-1: “confidence” cannot be “X”"),
        ("kind: policy", "kind: rule", "rule A-1: “kind” cannot be “rule”"),
        ("value: 3", "value: 2026-01-01", "rule A-1: .*put dates in quotes"),
        ("value: 3", "value: .inf", "rule A-1: .*finite"),
        ("value: 3", "value: 3\n    unit: miles", "rule A-1: “unit” cannot be “miles”"),
        ("value: 3", "value: {a: 3}\n    unit: {b: day}", "rule A-1: unknown key “b”"),
        ("checked: secondary", "checked: text", "rule A-1: .*quotes it"),
        ("kind: policy", "kind: law\n    unit: year", None),
        ("kind: policy\n    value: 3", "kind: law\n    value: null", "A-1: a rule of law needs"),
        ("kind: policy", "kind: law\n    note: {zh: 甲, en: a}", None),
        ("confidence: S", "confidence: M", None),
        ("topic:", "topics:", "unknown key “topics”"),
        ("rules:", "rules: [", "not a valid UTF-8 YAML file"),
        ("title: {zh: 本市规定, en: City rules}", "number: 3", "rule A-1: “source.title” needs"),
        ("- id: A-1", "- id: 1", "needs an id that is text"),
        ("source: {title: {zh: 本市规定, en: City rules}}", "source: []", "the source is missing"),
        ("source: {title: {zh: 本市规定, en: City rules}}", "source: 市", "source needs a title"),
        ("City rules}}", "City rules}, article: 1.5}", "an article is a number or text"),
        ("City rules}}", "City rules}, article: [1, 第二条]}", None),
        ("confidence: S", "confidence: S\n    quote: 3", "“quote” must be text"),
    ],
)
def test_a_fault_in_a_file_is_said_with_file_and_rule(write, old, new, why):
    assert old in GOOD
    path = write(GOOD.replace(old, new))
    if why is None:
        assert "A-1" in load_pack(path).rules
    else:
        with pytest.raises(BadInput, match=f"city.yaml.*{why}"):
            load_pack(path)


@pytest.mark.parametrize(
    ("text", "why"),
    [("- 1\n", "mapping of keys"), ("topic: {zh: 甲, en: A}\nrules: 3\n", "should be a list")],
)
def test_a_file_of_another_shape_is_refused(write, text, why):
    with pytest.raises(BadInput, match=f"city.yaml: .*{why}"):
        load_pack(write(text))


@pytest.mark.parametrize(
    "manifest", ["name: zj\ntier: village\ntitle: {zh: 浙, en: Z}\n", "name: zj\n", None]
)
def test_a_folder_without_a_sound_manifest_is_no_pack(write, tmp_path, manifest):
    write(GOOD, "zj/a.yaml")
    if manifest is not None:
        write(manifest, "zj/pack.yaml")
    with pytest.raises(BadInput, match=r"pack\.yaml"):
        load_pack(tmp_path / "zj")


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        ("true", "1", False),
        ("true", "false", True),
        ("word", "other", True),
        ("word", "[1]", False),
        ("3", "0.5", True),
        ("{a: 1}", "{a: 2, b: 3}", True),
        ("{a: 1}", "{a: x}", False),
    ],
)
def test_an_override_keeps_the_form_of_the_value(write, old, new, fits):
    base = write(FILE.format(id="P-1", kind="policy", value=old), "base.yaml")
    city = write(FILE.format(id="P-1", kind="policy", value=new))
    if fits:
        assert load_pack(base, city).rule("P-1").pack == "city"
    else:
        with pytest.raises(BadInput, match="P-1 must keep its form"):
            load_pack(base, city)


def test_memory_cannot_be_declared_law(write):
    text = GOOD.replace("kind: policy", "kind: law").replace("confidence: S", "confidence: M?")
    with pytest.raises(BadInput, match="A-1: a rule of confidence “M\\?” can only be policy"):
        load_pack(write(text))


def test_an_id_given_twice_in_a_file_is_refused(write):
    entry = GOOD.split("rules:\n")[1]
    with pytest.raises(BadInput, match=r"city\.yaml: rule A-1: the id is given twice"):
        load_pack(write(GOOD + entry))
