"""The life of a standard: draft → comment → adopted → retired, as ``data/standards.yaml`` draws it.

The file has the form of the site's lives, so that a workflow can follow it; here it is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shixiao.datafiles import load_yaml
from shixiao.terms import BadInput, Text


@dataclass(frozen=True, slots=True)
class Move:
    """One verb: from which states to which, and what must be given."""

    name: Text
    origins: tuple[str, ...]
    to: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Life:
    """States by id and name, verbs by id."""

    states: Mapping[str, Text]
    moves: Mapping[str, Move]


@cache
def standards_life() -> Life:
    """Return the life of a standard."""
    text = files("shixiao.sharing.standards.registry").joinpath("data/standards.yaml")
    drawn = load_yaml(text.read_text("utf-8"))
    return Life(
        states={state: Text.of(entry["name"]) for state, entry in drawn["states"].items()},
        moves={
            verb: Move(
                name=Text.of(entry["name"]),
                origins=tuple(entry["from"]),
                to=entry["to"],
                needs=tuple(entry.get("needs", ())),
            )
            for verb, entry in drawn["verbs"].items()
        },
    )


def may_move(state: str, verb: str) -> bool:
    """Return whether a standard in this state can take the step."""
    move = standards_life().moves.get(verb)
    return move is not None and state in move.origins


def check_move(state: str, verb: str, given: Mapping[str, str]) -> str:
    """Return the state that a step leads to.

    Args:
        state: where the standard is.
        verb: the step.
        given: what is stated with it, such as the reason.

    Raises:
        BadInput: there is no such step from this state, or something that it needs is not given.
    """
    life = standards_life()
    move = life.moves.get(verb)
    if move is None or state not in move.origins:
        here = life.states.get(state, Text.of(state or "—"))
        name = move.name if move else Text.of(verb)
        can = [m.name for v, m in life.moves.items() if may_move(state, v)]
        raise BadInput(
            Text(
                f"状态为“{here.zh}”的标准不能“{name.zh}”；"
                + (f"可以：{'、'.join(n.zh for n in can)}。" if can else "没有后续步骤。"),
                f"A standard in the state “{here.en}” cannot be taken through “{name.en}”; "
                + (f"possible: {', '.join(n.en for n in can)}." if can else "nothing follows it."),
            )
        )
    missing = [need for need in move.needs if not given.get(need, "").strip()]
    if missing:
        raise BadInput(
            Text(
                f"“{move.name.zh}”需要填写：{'、'.join(missing)}。",
                f"“{move.name.en}” needs: {', '.join(missing)}.",
            )
        )
    return move.to
