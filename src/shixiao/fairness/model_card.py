"""The model card: what may be told of an audit to everybody, in the form that model hubs read.

Counts of fewer persons than a published cell must hold are withheld, and so many more that none
can be told from the others: a rate is printed only where every count it is made of is.

Source: M. Mitchell et al. (2019), FAT*, "Model cards for model reporting"; the head is the
``model-index`` of Hugging Face's model card metadata.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import yaml

from shixiao.fairness.audit import Asked, Audit
from shixiao.fairness.catalogue import Basis, Metric, metric
from shixiao.fairness.cube import COUNTS, PLACE, Cube, Key
from shixiao.fairness.suppression import MOST_CELLS, suppress
from shixiao.fairness.texts import card_text, named_group
from shixiao.rules import RulePack
from shixiao.statistics import wilson
from shixiao.terms import Estimate, Finding, Text
from shixiao.terms.estimate import significant

PUBLIC = "FAI-06"
CARRIED = ("selection", "tpr", "fpr", "fnr", "ppv")
SORTS: Mapping[str, tuple[str, ...]] = {
    "n": ("tp", "fp", "fn", "tn", "selected?", "not selected?"),
    "selected": ("tp", "fp", "selected?"),
}
"""Counts that are sums of the sorts into which decisions are divided below."""

Held = Mapping[tuple[bool, str], int | None]
"""Whether of the random sample, and which sort → persons; None where it is withheld."""


def model_card(cube: Cube, audit: Audit, asked: Asked, *, rules: RulePack) -> str:
    """Return the card as Markdown with a head of YAML.

    Args:
        cube: what was audited, with ``arm`` where a random sample was named.
        audit: its audit.
        asked: what was asked for.
        rules: the rule on the fewest persons of a published cell.
    """
    least = int(rules.number(PUBLIC))
    public, left_out = _public(cube, asked, least)
    rates = {group: _rates(held, audit, asked) for group, held in public}
    head = {
        "language": ["zh", "en"],
        "tags": ["fairness-audit", "decision-log"],
        "model-index": [
            {
                "name": asked.subject.name.zh,
                "results": [
                    {
                        "task": {"type": "other", "name": "decisions on persons"},
                        "dataset": {"type": "decision-log", "name": asked.subject.id},
                        "metrics": list(_entries(rates)),
                    }
                ],
            }
        ],
    }
    front = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=100)
    caveats = [*_caveats(audit), *(card_text("too_many").format(column=name) for name in left_out)]
    body = [_body(language, audit, asked, rates, least, caveats) for language in ("zh", "en")]
    return f"---\n{front}---\n\n" + "\n".join(body)


# ── what may be told ──────────────────────────────────────────────────────────────────────────


def _public(
    cube: Cube, asked: Asked, least: int
) -> tuple[list[tuple[tuple[str, str] | None, Held]], list[str]]:
    """Return group (None for everybody) and what of its counts may be published.

    Also the attributes of so many values that it cannot be told what they would give away.
    """
    people = [n for n in cube.groups if n not in (*asked.within, asked.score)]
    everybody: dict[tuple[bool, str], int | None] | None = None
    found: list[tuple[tuple[str, str] | None, Held]] = []
    left_out = []
    for name in people:
        sorted_out = _sorts(cube, name, asked.random)
        if len(sorted_out.keys) > MOST_CELLS:
            left_out.append(name)
            continue
        whole, groups = suppress(
            sorted_out, [("sample", "sort"), (name, "sample", "sort")], least=least
        )
        mine = {_sample(key): n for key, n in zip(whole.keys, whole.n, strict=True)}
        # A margin is withheld as soon as one attribute would give away someone by it.
        everybody = (
            mine
            if everybody is None
            else {k: None if everybody.get(k) is None else n for k, n in mine.items()}
        )
        held: dict[str, dict[tuple[bool, str], int | None]] = {}
        for key, n in zip(groups.keys, groups.n, strict=True):
            if key[0] is not None:
                held.setdefault(key[0], {})[_sample(key[1:])] = n
        found += [((name, value), counts) for value, counts in held.items()]
    if everybody is None:  # no attribute is told; what is told of everybody still hides the few
        (whole,) = suppress(_sorts(cube, None, asked.random), [("sample", "sort")], least=least)
        everybody = {_sample(key): n for key, n in zip(whole.keys, whole.n, strict=True)}
    return [(None, everybody), *found], left_out


def _sample(key: Key) -> tuple[bool, str]:
    return key[0] == "yes", key[1] or ""


def _sorts(cube: Cube, name: str | None, random: str | None) -> Cube:
    """Divide decisions into sorts that no other count crosses, one entry each."""
    chosen = [*(["arm"] if random is not None else []), *([name] if name is not None else [])]
    rolled = cube.by(*chosen)
    keys: list[Key] = []
    counts: list[np.ndarray[Any, Any]] = []
    for key, row in zip(rolled.keys, rolled.counts, strict=True):
        told = dict(zip(chosen, key, strict=True))
        arm, value = told.get("arm"), told.get(name or "")
        n = {count: int(row[PLACE[count]]) for count in COUNTS}
        four = {sort: n[sort] for sort in ("tp", "fp", "fn", "tn")}
        four["selected?"] = n["selected"] - n["tp"] - n["fp"]
        four["not selected?"] = n["n"] - n["selected"] - n["fn"] - n["tn"]
        for sort, persons in four.items():
            entry = np.zeros(len(COUNTS), dtype=np.int64)
            entry[PLACE["n"]] = persons
            keys.append((value, "yes" if random is not None and arm == random else "no", sort))
            counts.append(entry)
    return Cube.of((name or "", "sample", "sort"), keys, np.array(counts))


def _rates(held: Held, audit: Audit, asked: Asked) -> dict[str, Estimate | None]:
    """Return the rates of a group; None where a count that one is made of is withheld."""
    found: dict[str, Estimate | None] = {}
    for name in CARRIED:
        one = metric(name)
        if one.basis is Basis.ERRORS and not audit.ground.identifiable:
            continue
        sampled = one.basis is not Basis.ALL and asked.random is not None
        above, below = (_sum(held, names, sampled=sampled) for names in (one.count, one.of))
        if below == 0 or (one.basis is Basis.SELECTED and not asked.outcome):
            continue
        found[name] = None if above is None or below is None else wilson(above, below)
    return found


def _sum(held: Held, names: Sequence[str], *, sampled: bool) -> int | None:
    sorts = {sort for name in names for sort in SORTS.get(name, (name,))}
    parts = [
        persons
        for (sample, sort), persons in held.items()
        if sort in sorts and (sample or not sampled)
    ]
    return None if None in parts else sum(part for part in parts if part is not None)


# ── how it is told ────────────────────────────────────────────────────────────────────────────


def _entries(
    rates: Mapping[tuple[str, str] | None, Mapping[str, Estimate | None]],
) -> list[dict[str, Any]]:
    return [
        {
            "type": name,
            "name": metric(name).name.en,
            "value": significant(estimate.value),
            "args": {
                "group": dict([group]) if group else {},
                "n": estimate.n,
                "low": significant(estimate.low),
                "high": significant(estimate.high),
            },
        }
        for group, found in rates.items()
        for name, estimate in found.items()
        if estimate is not None
    ]


def _body(
    language: str,
    audit: Audit,
    asked: Asked,
    rates: Mapping[tuple[str, str] | None, Mapping[str, Estimate | None]],
    least: int,
    caveats: Sequence[Text],
) -> str:
    def say(text: Text) -> str:
        return text.in_language(language)

    shown = [metric(name) for name in CARRIED if any(name in found for found in rates.values())]
    lines = [
        f"# {say(card_text('title').format(name=asked.subject.name))}",
        "",
        say(card_text("what")),
        "",
        f"## {say(card_text('results'))}",
        "",
        say(card_text("withheld").format(least=least)),
        "",
        *_table(say, shown, rates),
        "",
        f"## {say(card_text('differences'))}",
        "",
        *([f"- {say(f.text)}" for f in _tellable(audit, rates)] or [say(card_text("none"))]),
        "",
        f"## {say(card_text('caveats'))}",
        "",
        *[f"- {say(each)}" for each in caveats],
    ]
    return "\n".join(lines) + "\n"


def _table(
    say: Any,
    shown: Sequence[Metric],
    rates: Mapping[tuple[str, str] | None, Mapping[str, Estimate | None]],
) -> list[str]:
    heads = [say(card_text("group")), *(say(one.name) for one in shown)]
    rows = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for group, found in rates.items():
        name = say(named_group(dict([group]))) if group else say(card_text("everybody"))
        cells = [_shown(say, found, one.id) for one in shown]
        rows.append("| " + " | ".join([name.replace("|", "\\|"), *cells]) + " |")
    return rows


def _shown(say: Any, found: Mapping[str, Estimate | None], name: str) -> str:
    if name not in found:
        return "—"
    estimate = found[name]
    if estimate is None:
        return str(say(card_text("few")))
    value, low, high = (100 * (v or 0.0) for v in (estimate.value, estimate.low, estimate.high))
    return f"{value:.1f}% [{low:.1f}–{high:.1f}], n = {estimate.n:,}"


def _tellable(
    audit: Audit, rates: Mapping[tuple[str, str] | None, Mapping[str, Estimate | None]]
) -> list[Finding]:
    """Return the leads that compare two groups of both of which the rate is published.

    Of one whose rate is withheld, the difference and the other rate would tell it.
    """
    public = {
        ((group,), name)
        for group, found in rates.items()
        if group
        for name, estimate in found.items()
        if estimate is not None
    }
    both = {
        ("\x1e".join(f"{k}={v}" for k, v in d.group), d.measure)
        for d in audit.compared.disparities
        if d.reference and {(d.group, d.measure), (d.reference, d.measure)} <= public
    }
    return [f for f in audit.findings if (f.locator, f.measure) in both]


def _caveats(audit: Audit) -> list[Text]:
    found = [card_text("leads"), card_text("not_fair")]
    if not audit.ground.identifiable:
        found.append(card_text("unknown"))  # the reason itself holds counts
    return found + [
        card_text("missing").format(metric=one.name, reason=reason)
        for one, reason in audit.not_assessable
        if reason != audit.ground.why_not
    ]
