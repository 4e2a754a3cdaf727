"""Load rule packs and lay them over each other: national, then province, then city."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shixiao.rules.pack import RulePack
from shixiao.rules.reading import duplicate, read_rules, read_yaml, text_of
from shixiao.rules.rule import Kind, Rule, Value
from shixiao.terms import BadInput, Text

DATA = Path(__file__).with_name("data")
DEFAULT_PACK = "cn-2026"
TIERS = ("national", "province", "city")


@dataclass(frozen=True, slots=True)
class _Layer:
    name: str
    tier: str
    title: Text
    rules: dict[str, Rule]
    file: str


def load_pack(*names_or_paths: str | Path) -> RulePack:
    """Return the rules of one or more packs, later ones laid over earlier ones.

    A pack is the name of a built-in pack (``cn-2026``), a folder with a ``pack.yaml`` (name, tier,
    title) and topic files, or a single topic file, which counts as a city's. Without arguments the
    national pack is loaded. A lower tier may add rules and override *policy*; it may not override
    *law*, nor change the form of a value that programs rely on.

    Raises:
        BadInput: a pack is not there or is faulty, the tiers are out of order, or a layer
            overrides a rule of law.
    """
    layers = [_read_layer(name) for name in names_or_paths or (DEFAULT_PACK,)]
    rules: dict[str, Rule] = {}
    for position, layer in enumerate(layers):
        above = layers[max(position - 1, 0)]
        if TIERS.index(layer.tier) < TIERS.index(above.tier):
            raise BadInput(
                Text(
                    f"规则包 {layer.name} 应排在 {above.name} 之前（先国家，后省、市）",
                    f"rule pack {layer.name} belongs before {above.name} "
                    "(national first, then province, then city)",
                ),
                file=layer.file,
            )
        for rule in layer.rules.values():
            if rule.id in rules:
                _check_override(rules[rule.id], rule, layer.file)
            rules[rule.id] = rule
    name = "+".join(layer.name for layer in layers)
    title = Text(
        " + ".join(layer.title.zh for layer in layers),
        " + ".join(layer.title.en for layer in layers),
    )
    return RulePack(name=name, title=title, rules=rules)


def _read_layer(name_or_path: str | Path) -> _Layer:
    path = _find(name_or_path)
    if path.is_file():
        name, tier = path.stem, "city"
        title, files = Text(name, name), [path]
    else:
        manifest_path = path / "pack.yaml"
        manifest = read_yaml(manifest_path)
        if set(manifest) != {"name", "tier", "title"} or manifest["tier"] not in TIERS:
            raise BadInput(
                Text(
                    "规则包须有且仅有 name、title 和 tier（national、province 或 city）",
                    "a pack states name, title and tier (national, province or city), nothing else",
                ),
                file=manifest_path.name,
            )
        name, tier = str(manifest["name"]), str(manifest["tier"])
        title = text_of(manifest_path, None, "title", manifest["title"])
        files = sorted(file for file in path.glob("*.yaml") if file != manifest_path)
    rules: dict[str, Rule] = {}
    for file in files:
        for rule in read_rules(file, name):
            if rule.id in rules:
                raise duplicate(file, rule.id)
            rules[rule.id] = rule
    return _Layer(name, tier, title, rules, path.name)


def _find(name_or_path: str | Path) -> Path:
    """A name of a built-in pack wins over a file of that name in the working folder."""
    built_in = DATA / "packs" / str(name_or_path)
    path = Path(name_or_path)
    if path.name == str(name_or_path) and built_in.is_dir():
        return built_in
    if path.is_file() or path.is_dir():
        return path
    raise BadInput(
        Text(
            f"找不到规则包“{name_or_path}”；可用内置名称（如 {DEFAULT_PACK}）、文件夹或 YAML 文件",
            f"there is no rule pack “{name_or_path}”; give a built-in name (e.g. {DEFAULT_PACK}), "
            "a folder or a YAML file",
        )
    )


def _check_override(old: Rule, new: Rule, file: str) -> None:
    if old.kind is Kind.LAW:
        raise BadInput(
            Text(
                f"规则 {old.id} 由法律规定（{old.sources[0].title.zh}），下级规则包不得改写",
                f"rule {old.id} is fixed by law ({old.sources[0].title.en}); "
                "a lower pack may not override it",
            ),
            file=file,
        )
    if not _same_form(old.value, new.value):
        raise BadInput(
            Text(
                f"规则 {old.id} 的值须与原值形式相同（数字对数字，各部分齐全）",
                f"the value of rule {old.id} must keep its form (number for number, every part)",
            ),
            file=file,
        )


def _same_form(old: Value, new: Value) -> bool:
    """True if every program that reads ``old`` can also read ``new``."""
    if old is None:
        return True
    if isinstance(old, dict):
        return isinstance(new, dict) and all(
            part in new and _same_form(value, new[part]) for part, value in old.items()
        )
    if isinstance(old, bool) or isinstance(new, bool):
        return isinstance(old, bool) and isinstance(new, bool)
    if isinstance(old, int | float):
        return isinstance(new, int | float)
    return type(old) is type(new)
