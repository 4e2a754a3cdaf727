"""The answer of ``shixiao draw`` as JSON and in words: the panel first, then how to check it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from shixiao.terms import Text

if TYPE_CHECKING:
    from shixiao.draw import Checked

SHOWN = 300  # names that are printed


def answer_of(transcript: Mapping[str, Any], ids: Mapping[str, str] | None) -> dict[str, Any]:
    """Return the contract form of a transcript.

    Args:
        transcript: of a draw.
        ids: token → id, where the pool is at hand; else tokens are printed.
    """
    names = ids or {}
    amendments = transcript["amendments"]
    panel = amendments[-1]["panel"] if amendments else transcript["panel"]
    frozen = transcript["frozen"]
    return {
        "schema": "shixiao/draw-answer/1",
        "algorithm": frozen["algorithm"],
        "p_min": round(float(Fraction(transcript["p_min"])), 12),
        "panel": [names.get(token, token) for token in panel],
        "replacements": [names.get(token, token) for token in transcript["replacements"]],
        "transcript": None,
        "excluded": [
            {"id": names.get(entry["id"], entry["id"]), "reason": entry["reason"]}
            for entry in frozen["excluded"]
        ],
        "root": transcript["root"],
        "seed": transcript["seed"]["value"],
    }


def drawn_lines(answer: Mapping[str, Any]) -> Iterator[Text]:
    """Say who was drawn, or that the draw is sealed."""
    if "commitment" in answer:
        yield Text(
            f"已抽签并封存。请公布承诺值：{answer['commitment']}",
            f"Drawn and sealed. Publish the commitment: {answer['commitment']}",
        )
        yield Text(
            f"承诺文件（公布）：{answer['commitment_file']}",
            f"Commitment (publish): {answer['commitment_file']}",
        )
        yield Text(
            f"开封文件（保密至开封）：{answer['opening_file']}",
            f"Opening (secret until then): {answer['opening_file']}",
        )
        return
    lowest = f"{answer['p_min'] * 100:.4g} %"
    count = len(answer["panel"])
    yield Text(
        f"抽中 {count} 个（{answer['algorithm']}，最低入选概率 {lowest}）："
        f"{_listed(answer['panel'])}",
        f"Drawn: {count} ({answer['algorithm']}; smallest probability {lowest}): "
        f"{_listed(answer['panel'])}",
    )
    yield from _besides(answer)


def frozen_lines(answer: Mapping[str, Any]) -> Iterator[Text]:
    """Say what to publish before the draw."""
    yield Text(f"请在抽签前公布根哈希：{answer['root']}", f"Publish the root: {answer['root']}")
    lowest = f"{answer['p_min'] * 100:.4g} %"
    yield Text(
        f"{answer['people']} 个中抽 {answer['size']} 个"
        f"（{answer['algorithm']}，最低入选概率 {lowest}）",
        f"{answer['size']} of {answer['people']} will be drawn ({answer['algorithm']}; smallest "
        f"probability {lowest})",
    )
    yield Text(f"冻结文件：{answer['frozen']}", f"Frozen pool: {answer['frozen']}")


def verified_lines(answer: Mapping[str, Any], checked: Checked) -> Iterator[Text]:
    """Say whether a record holds."""
    if checked.why is not None:
        yield Text(f"不成立：{checked.why.zh}", f"Not valid: {checked.why.en}")
        return
    count = len(answer["panel"])
    yield Text(
        f"成立：按记录重新计算，{count} 个入选者、候补和入选概率全部相符。",
        f"Valid: computed again from the record, all {count} members, replacements and "
        "probabilities are the same.",
    )
    for note in checked.notes:
        yield Text(f"注意：{note.zh}", f"Note: {note.en}")


def moved_lines(answer: Mapping[str, Any], withdrawn: str) -> Iterator[Text]:
    """Say who moved up."""
    follower = answer["replaced_by"]
    if follower is None:
        yield Text(
            f"{withdrawn} 不在席上，已记下，不再递补到他。",
            f"{withdrawn} had no seat; it is noted and no seat will be offered.",
        )
    else:
        yield Text(
            f"{withdrawn} 退出，由 {follower} 递补。", f"{withdrawn} withdrew; {follower} moves up."
        )
    yield Text(f"现有名单：{_listed(answer['panel'])}", f"Panel: {_listed(answer['panel'])}")
    yield Text(f"记录：{answer['transcript']}", f"Record: {answer['transcript']}")


def _besides(answer: Mapping[str, Any]) -> Iterator[Text]:
    """Say who stands in, who was left out and why, and where the record is."""
    if answer["replacements"]:
        waiting = _listed(answer["replacements"])
        yield Text(f"候补（按次序）：{waiting}", f"Replacements, in order: {waiting}")
    for entry in answer["excluded"]:
        yield Text(
            f"排除 {entry['id']}：{entry['reason']}", f"Excluded {entry['id']}: {entry['reason']}"
        )
    yield Text(f"名单根哈希：{answer['root']}", f"Root of the pool: {answer['root']}")
    yield Text(f"种子：{answer['seed']}", f"Seed: {answer['seed']}")
    yield Text(f"记录：{answer['transcript']}", f"Record: {answer['transcript']}")
    yield Text(
        f"核验：shixiao draw verify {answer['transcript']}",
        f"Check it: shixiao draw verify {answer['transcript']}",
    )


def _listed(names: Sequence[str]) -> str:
    shown = " ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} … (+{len(names) - SHOWN})"
