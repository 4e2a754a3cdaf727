"""Templates are compiled for one language each; what that saves changes no sign of a page."""

from __future__ import annotations

import pytest
from django.template import engines
from django.urls import NoReverseMatch
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateAssertionError
from jinja2.nodes import Call
from markupsafe import escape

from shixiao.checkup.report.speech import spaced
from shixiao.web.shell.pages import environment

CODES = {"zh": "zh-hans", "en": "en"}
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


@pytest.mark.parametrize(("language", "said"), [("zh", "搜索"), ("en", "Search")])
def test_a_template_holds_the_words_of_one_language_alone(language: str, said: str) -> None:
    made = environment(language=language)
    source = '{{ t("搜索", "Search") }}'
    other = {"搜索": "Search", "Search": "搜索"}[said]
    assert made.from_string(source).render() == said
    compiled = made.compile(source, raw=True)
    assert said in compiled
    assert other not in compiled


@given(WORDS, WORDS, st.sampled_from(["zh", "en"]))
def test_fixed_words_are_spaced_and_escaped_as_others_are(zh: str, en: str, language: str) -> None:
    made = environment(language=language)
    fixed = made.from_string(f"{{{{ t({zh!r}, {en!r}) }}}}|{{{{ t({zh!r}, {en!r}) ~ one }}}}")
    found = fixed.render(one="<")
    said = str(escape(spaced(zh) if language == "zh" else en))
    assert found == f"{said}|{said}&lt;"
    assert made.from_string("{{ t(zh, en) }}").render(zh=zh, en=en) == said


@pytest.mark.parametrize(
    ("call", "fixed", "answer"),
    [
        ("url('home')", True, "/"),
        ("url('language', args=['en'])", True, "/language/en/"),
        ("url('language', args=[code])", False, "/language/en/"),
        ("url(name)", False, "/"),
        ("url(*names)", False, "/"),
        ("static('site.css')", True, "/static/site.css"),
        ("asking('/x/', page=2)", False, "/x/?page=2"),
    ],
)
def test_addresses_are_worked_out_where_they_are_named_outright(
    call: str, fixed: bool, answer: str
) -> None:
    calls = environment(language="zh").parse(f"{{{{ {call} }}}}").find_all(Call)
    assert (not list(calls)) == fixed
    given_ = {"name": "home", "names": ["home"], "code": "en"}
    made = environment(language="zh").from_string(f"{{{{ {call} }}}}").render(**given_)
    assert made == answer


def test_an_address_that_the_site_does_not_have_may_stand_where_it_is_asked_for() -> None:
    made = environment(language="zh")
    asked = made.from_string("{% if address('no_such') %}{{ url('no_such') }}{% endif %}here")
    assert asked.render() == "here"
    with pytest.raises(NoReverseMatch):
        made.from_string("{{ url('no_such') }}").render()


def test_no_template_takes_the_name_of_such_a_function() -> None:
    for source in ('{% set t = "x" %}', "{% for url in (1, 2) %}{% endfor %}"):
        with pytest.raises(TemplateAssertionError, match="function of all templates"):
            environment(language="en").from_string(source)


def test_a_page_is_made_in_the_language_of_the_moment() -> None:
    engine = engines["pages"]
    source = '{{ t("退出", "Sign out") }} {{ say(text) }}'
    for code, said in (("zh-hans", "退出"), ("en", "Sign out"), ("zh-hans", "退出")):
        with translation.override(code):
            assert engine.from_string(source).render({"text": None}) == f"{said} "
