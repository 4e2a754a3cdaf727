"""Templates: each is compiled once for each language, so that its words are there as they are said.

A page in Chinese has no English in it, nor the choice between both: ``t("搜索", "Search")`` becomes
the word itself when the template is compiled, as do addresses and files that are named outright.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.template.backends.base import BaseEngine
from django.template.backends.jinja2 import Jinja2, Template
from django.urls import NoReverseMatch
from django.utils.module_loading import import_string
from jinja2 import Environment, TemplateAssertionError, nodes
from jinja2.visitor import NodeTransformer

Folded = Mapping[str, Callable[..., object]]


class OfLanguage(Environment):
    """An environment in which calls with fixed arguments are worked out at compile time.

    Args:
        folded: functions of templates that always answer the same to the same arguments.
        options: those of every environment.
    """

    def __init__(self, *, folded: Folded, **options: Any) -> None:
        super().__init__(**options)
        self.folded = folded
        self.globals |= folded

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = super()._parse(source, name, filename)
        return _Folding(self.folded, name, filename).visit(parsed)  # type: ignore[no-any-return]


class _Folding(NodeTransformer):
    """Puts in place of a call what it answers."""

    def __init__(self, folded: Folded, name: str | None, filename: str | None) -> None:
        self._folded, self._name, self._filename = folded, name, filename

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - called by this name
        """Work out a call whose arguments are all fixed."""
        node = self.generic_visit(node)  # type: ignore[assignment]
        function = node.node.name if isinstance(node.node, nodes.Name) else ""
        if function not in self._folded or node.dyn_args or node.dyn_kwargs:
            return node
        try:
            given = [each.as_const() for each in node.args]
            named = {each.key: each.value.as_const() for each in node.kwargs}
            answer = self._folded[function](*given, **named)
        # What a site does not have may still be named, where the page asks first whether it does.
        except (nodes.Impossible, NoReverseMatch):
            return node
        return nodes.Const(answer, lineno=node.lineno)

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802 - called by this name
        """Keep the names of such functions to them."""
        if node.ctx != "load" and node.name in self._folded:
            said = f"{node.name} is a function of all templates"
            raise TemplateAssertionError(said, node.lineno, self._name, self._filename)
        return node


class Pages(BaseEngine):
    """The engine of pages: one for each language, chosen by the language of the moment.

    Options beside those of Django's engine: ``languages``, and ``language``, the dotted name of the
    function that tells which of them is spoken; the environment is made with ``language=…``.
    """

    def __init__(self, params: dict[str, Any]) -> None:
        options = dict(params["OPTIONS"])
        self._spoken: Callable[[], str] = import_string(options.pop("language"))
        self._engines = {
            each: Jinja2(params | {"OPTIONS": options | {"language": each}})
            for each in options.pop("languages")
        }
        super().__init__({name: value for name, value in params.items() if name != "OPTIONS"})

    def from_string(self, template_code: str) -> Template:
        """Return a template of its own text."""
        return self._engines[self._spoken()].from_string(template_code)

    def get_template(self, template_name: str) -> Template:
        """Return a template of the folder."""
        return self._engines[self._spoken()].get_template(template_name)
