"""The words of templates: each stands in both languages, none leaks into the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

WEB = Path(str(files("shixiao.web")))
TEMPLATES = sorted(
    path.relative_to(WEB).as_posix() for pattern in ("*.j2", "*.txt") for path in WEB.rglob(pattern)
)
CHINESE = re.compile(r"[\u3400-\u9fff，。：；？！、《》]")
# A word that the page marks as being in its own language.
MARKED = re.compile(r'lang="(?:zh-Hans|en)"[^<>]*>[^<>]*<')
HIDDEN = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
# Abbreviations that both languages write alike.
ALIKE = {"SHA", "n"}


def tree(name: str) -> nodes.Template:
    return Environment(autoescape=True).parse((WEB / name).read_text("utf-8"))


def outside_calls(node: nodes.Node) -> Iterator[str]:
    """Return the constants that are no argument of ``t``."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "t":
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from outside_calls(child)


def constants(node: nodes.Node) -> str:
    return "".join(each.value for each in node.find_all(nodes.Const) if isinstance(each.value, str))


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_chinese_word_in_a_template_has_its_english_twin(name: str) -> None:
    assert [words for words in outside_calls(tree(name)) if CHINESE.search(words)] == []
    plain = MARKED.sub("><", HIDDEN.sub("", (WEB / name).read_text("utf-8")))
    assert CHINESE.findall(plain) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_english_half_of_a_twin_holds_no_chinese(name: str) -> None:
    for call in tree(name).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            assert len(call.args) == 2, f"line {call.lineno}"
            held = constants(nodes.List(call.args[1:]))
            assert not CHINESE.search(held), f"line {call.lineno}: {held}"


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_english_word_stands_bare_in_a_template(name: str) -> None:
    text = MARKED.sub("><", HIDDEN.sub("", (WEB / name).read_text("utf-8")))
    words = re.sub(
        r"<pre[ >].*?</pre>", " ", text, flags=re.DOTALL
    )  # commands are typed as they are
    bare = re.sub(r"<[^<>]*>", " ", words)
    assert set(re.findall(r"[A-Za-z]+", bare)) <= ALIKE
