"""Answers of ``shixiao voice`` on the terminal: one sentence first, then a table."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from shixiao.terms import Text

SHOWN = 20  # rows of a table
WIDE = 60  # characters of a text in a table
MORE = Text("另有 {n} 个，见 --json。", "Not shown, see --json: {n}.")
COPIES = Text(
    "{n} 条留言，{groups} 组重复，涉及 {inside} 条；其中集体留言 {campaigns} 组。",
    "{n} messages, {groups} groups of copies with {inside} messages; {campaigns} are campaigns.",
)
KINDS = {
    "exact": Text("原文相同", "same letters"),
    "near": Text("略有改动", "edited"),
    "paraphrase": Text("换了说法", "in other words"),
}
SIZE, TEMPLATE, LIKENESS = (
    Text("条数", "Messages"),
    Text("共同内容", "In common"),
    Text("相似度", "Likeness"),
)
KIND, ADDED = Text("类型", "Kind"), Text("有补充", "Added to")

TOPICS = Text(
    "{n} 条留言，{topics} 个话题，包含 {inside} 条。",
    "{n} messages, {topics} topics with {inside} of them.",
)
TOPIC, HEAT, PEOPLE, STEADY, TREND, WHERE = (
    Text("话题", "Topic"),
    Text("热度", "Heat"),
    Text("人数", "People"),
    Text("稳定性", "Stability"),
    Text("趋势", "Trend"),
    Text("地点", "Where"),
)
UNSTEADY = Text(
    "“?”：话题不稳定，换一批词语归并时会散开，请看原文。",
    "“?”: not stable; with other words at hand the topic comes apart, so read the messages.",
)
TRENDS = {
    "rising": Text("升温", "rising"),
    "steady": Text("平稳", "steady"),
    "falling": Text("降温", "falling"),
    None: Text("—", "—"),
}


def show_topics(answer: Mapping[str, Any], *, language: str) -> None:
    """Print the topics, the hottest first."""
    topics = answer["topics"]
    said = TOPICS.format(
        n=answer["messages"],
        topics=len(topics),
        inside=sum(topic["size"] for topic in topics),
    )
    rows = [
        (
            " ".join(topic["terms"]),
            str(topic["size"]),
            str(topic["heat_parts"]["people"]),
            f"{topic['heat']:.1f}",
            f"{topic['stability']:.2f}{'' if topic['steady'] else ' ?'}",
            TRENDS[topic["trend"]].in_language(language),
            " ".join(place["place"] for place in topic["places"][:2]),
        )
        for topic in topics
    ]
    _show(said, (TOPIC, SIZE, PEOPLE, HEAT, STEADY, TREND, WHERE), rows, answer, language)
    if not all(topic["steady"] for topic in topics[:SHOWN]):
        _print(UNSTEADY, language)


ROUTES = Text(
    "学自 {trained} 条，交叉检验准确率 {accuracy}；{n} 条中 {automatic} 条自动分派，其余由人分派。",
    "Learnt from {trained}, cross-fitted accuracy {accuracy}; of {n} messages {automatic} go"
    " automatically, a person routes the others.",
)
TESTED = Text(
    "与已有类别对照：{n} 条，准确率 {accuracy}，宏平均 F1 {f1}。",
    "Held against the labels that are there: {n} messages, accuracy {accuracy}, macro F1 {f1}.",
)
UNKNOWN = Text(
    "其中 {n} 条的类别不在学过的类别中，算作分错。",
    "{n} of them have a label that was never learnt and count as wrong.",
)
NUMBER, CLASS, SECOND, SURE, BY = (
    Text("编号", "Id"),
    Text("类别", "Label"),
    Text("次选", "Runner-up"),
    Text("把握", "Confidence"),
    Text("分派", "Routed by"),
)
AUTOMATIC, PERSON = Text("自动", "machine"), Text("人", "a person")


def show_routes(answer: Mapping[str, Any], *, language: str) -> None:
    """Print the routes, those that need a person first."""
    routes = sorted(answer["messages"], key=lambda row: row["margin"])
    said = ROUTES.format(
        trained=answer["trained"],
        accuracy=f"{answer['expected']['accuracy']:.1%}",
        n=len(routes),
        automatic=sum(row["automatic"] for row in routes),
    )
    rows = [
        (
            row["message_id"],
            row["label"],
            row["runner_up"],
            f"{row['confidence']:.0%}",
            (AUTOMATIC if row["automatic"] else PERSON).in_language(language),
        )
        for row in routes
    ]
    _show(said, (NUMBER, CLASS, SECOND, SURE, BY), rows, answer, language)
    if answer["tested"]:
        held = answer["tested"]
        line = TESTED.format(n=held["n"], accuracy=held["accuracy"], f1=held["macro_f1"])
        _print(line, language)
        if held["unknown"]:
            _print(UNKNOWN.format(n=held["unknown"]), language)


OPINIONS = Text(
    "{voters} 人表态，{n} 人计入，{k} 个意见分组。{why}",
    "{voters} people voted, {n} are counted, {k} groups of opinion. {why}",
)
SUSPECT = Text(
    "抱团表态：{n} 组，共 {inside} 人，每组合计按一人加权，未删除任何人。",
    "Brigades: {n}, with {inside} people; each weighs as one person, and nobody is left out.",
)
ALIKE = Text(
    "另有 {n} 人的表态相同或近乎相同，但不多于偶然：表态句少或意见一致时分不出抱团与诚实的表态，"
    "按全数计入。",
    "{n} others vote the same or nearly, but no more than chance makes: where statements are few or"
    " nearly all agree, a brigade cannot be told from honest votes, and all of them count in full.",
)
STATEMENT, SCORE = Text("表态句", "Statement"), Text("共识分", "Consensus")
OF_GROUP = Text("{id} 组（{n} 人）", "Group {id} ({n})")


def show_groups(answer: Mapping[str, Any], *, language: str) -> None:
    """Print how many groups there are, and what all of them agree on."""
    why, suspect = Text.of(answer["why"]), answer["suspect"]
    counts = {"voters": answer["voters"], "n": answer["participants"], "k": answer["k"]}
    said = OPINIONS.format(**counts, why=why)
    heads = [STATEMENT, SCORE]
    heads += [OF_GROUP.format(id=group["id"], n=group["size"]) for group in answer["groups"]]
    rows = [
        (row["statement_id"], f"{row['score']:.3f}", *(f"{share:.0%}" for share in row["agree"]))
        for row in answer["consensus"]
    ]
    _show(said, heads, rows, answer, language)
    if suspect:
        inside = sum(brigade["size"] for brigade in suspect)
        _print(SUSPECT.format(n=len(suspect), inside=inside), language)
    if answer["alike_by_chance"]:
        _print(ALIKE.format(n=answer["alike_by_chance"]), language)


def show_duplicates(answer: Mapping[str, Any], *, language: str) -> None:
    """Print the groups of copies, the largest first."""
    groups = answer["groups"]
    said = COPIES.format(
        n=answer["messages"],
        groups=len(groups),
        inside=sum(group["size"] for group in groups),
        campaigns=sum(group["campaign"] for group in groups),
    )
    rows = [
        (
            group["template"][:WIDE],
            KINDS[group["kind"]].in_language(language),
            str(group["size"]),
            f"{group['similarity']:.2f}",
            str(len(group["added"])),
        )
        for group in groups
    ]
    _show(said, (TEMPLATE, KIND, SIZE, LIKENESS, ADDED), rows, answer, language)


def _show(
    said: Text,
    heads: Sequence[Text],
    rows: Sequence[Sequence[str]],
    answer: Mapping[str, Any],
    language: str,
) -> None:
    console = _print(said, language, style="bold")
    if rows:
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for place, head in enumerate(heads):
            table.add_column(
                _plain(head.in_language(language)),
                justify="right" if place else "left",
                overflow="fold",
            )
        for row in rows[:SHOWN]:
            table.add_row(*(_plain(cell) for cell in row))
        console.print(table)
    if len(rows) > SHOWN:
        _print(MORE.format(n=len(rows) - SHOWN), language)
    for note in answer["notes"]:
        _print(Text("· {note}", "· {note}").format(note=Text.of(note)), language)


def _print(said: Text, language: str, *, style: str | None = None) -> Console:
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    console.print(_plain(said.in_language(language)), style=style)
    return console


def _plain(text: str) -> str:
    """Keep signs that would steer the terminal out of it: messages are written by anybody."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)
