"""The ribbon: true to scale, every name readable, whatever the lengths."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.pictures import Bar, Material, Ribbon, Segment, as_file, ribbon_svg
from shixiao.pictures.palette import CINNABAR, OFFICE, WAITING, YOU
from shixiao.pictures.ribbon_steps import Stretch, stretches
from shixiao.terms import Text
from tests.pictures.looking import CJK, SVG, assert_sound, boxes, parse, words_of

UNIT = Text("个工作日", "working days")
LATIN = st.text("abcdefg <&\"'", min_size=1, max_size=40).filter(str.strip)
CHINESE = st.text("办事长卷窗口，（）", min_size=1, max_size=30)
NAMES = st.builds(Text, zh=CHINESE, en=LATIN)
LENGTHS = st.one_of(st.just(0.0), st.floats(0.001, 3), st.floats(10, 5000))
SEGMENTS = st.builds(
    Segment, NAMES, LENGTHS, st.sampled_from(["you", "office", "waiting"]), st.booleans()
)
BARS = st.builds(Bar, NAMES, NAMES, st.lists(SEGMENTS, max_size=30).map(tuple))
MATERIALS = st.builds(Material, NAMES, st.one_of(st.none(), NAMES))
RIBBONS = st.builds(
    Ribbon,
    NAMES,
    st.lists(BARS, max_size=4).map(tuple),
    st.lists(MATERIALS, max_size=30).map(tuple),
    st.one_of(st.none(), NAMES),
    st.just(UNIT),
)
FORMS = [(language, upright) for language in ("zh", "en") for upright in (False, True)]


def bar(*segments):
    return Bar(Text("窗口", "Counter"), Text("9 天", "9 days"), segments)


def step(name, length, who="office", visit=False):
    return Segment(Text(name, name), length, who, visit)


def ribbon(*bars, materials=(), saved=None):
    return Ribbon(Text("转移登记", "Transfer"), bars, materials, saved, UNIT)


THREE = ribbon(
    bar(step("Apply", 2, "you", True), step("Wait", 3, "waiting"), step("Check", 4)),
    materials=(
        Material(Text("身份证", "Identity card"), Text("公安局", "Police")),
        Material(Text("合同", "Contract")),
    ),
    saved=Text("每年省 16.2 万小时", "162,000 hours saved each year"),
)


@settings(max_examples=60)
@given(RIBBONS, st.sampled_from(FORMS))
def test_any_ribbon_is_sound_and_drawn_the_same_twice(some, form):
    language, upright = form
    svg = ribbon_svg(some, language=language, upright=upright, id_prefix="r")
    assert svg == ribbon_svg(some, language=language, upright=upright, id_prefix="r")
    root = assert_sound(svg, prefix="r")
    assert language == "zh" or not CJK.search("".join(root.itertext()))


@pytest.mark.parametrize("upright", [False, True])
def test_steps_keep_the_proportions_of_their_lengths(upright):
    root = parse(ribbon_svg(THREE, language="en", upright=upright))
    sides = []
    for tone in (YOU, WAITING, OFFICE):
        legend, drawn = boxes(root, fill=tone)
        assert (legend.right - legend.left) in {17, 18}
        long = drawn.bottom - drawn.top if upright else drawn.right - drawn.left
        # The dashed outline of waiting stands half a px inside on each side.
        sides.append(long + (tone == WAITING))
    assert sides[1] / sides[0] == pytest.approx(3 / 2, rel=0.01)
    assert sides[2] / sides[0] == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize("upright", [False, True])
def test_each_visit_has_a_red_triangle_beside_the_one_in_the_legend(upright):
    root = parse(ribbon_svg(THREE, language="zh", upright=upright))
    assert sum(p.get("fill") == CINNABAR for p in root.iter(f"{SVG}polygon")) == 2


def test_visits_too_close_for_their_triangles_share_one_with_their_number():
    some = ribbon(bar(*(step("Visit", 0.1, "you", True) for _ in range(3)), step("Wait", 90)))
    root = parse(ribbon_svg(some, language="en"))
    assert sum(p.get("fill") == CINNABAR for p in root.iter(f"{SVG}polygon")) == 2
    assert "×3" in words_of(root)


@pytest.mark.parametrize("upright", [False, True])
def test_materials_that_government_holds_are_struck_through_and_say_who_holds_them(upright):
    root = parse(ribbon_svg(THREE, language="zh", upright=upright))
    spans = {span.text: span.get("text-decoration") for span in root.iter(f"{SVG}tspan")}
    assert spans["身份证"] == "line-through"
    assert spans["（公安局已有）、"] is None
    assert any("合同。" in text and not struck for text, struck in spans.items())


@pytest.mark.parametrize("upright", [False, True])
def test_the_last_words_are_what_would_be_saved(upright):
    root = parse(ribbon_svg(THREE, language="en", upright=upright))
    assert words_of(root)[-1].endswith("each year")


@pytest.mark.parametrize("upright", [False, True])
@pytest.mark.parametrize("empty", [ribbon(), ribbon(bar())])
def test_a_ribbon_without_steps_says_what_to_do_first(empty, upright):
    root = assert_sound(ribbon_svg(empty, language="zh", upright=upright), prefix="ribbon")
    assert "导入" in "".join(words_of(root))


def test_a_bar_without_steps_says_so_beside_the_others():
    root = parse(ribbon_svg(ribbon(*THREE.bars, bar()), language="en"))
    assert "No steps recorded" in words_of(root)


@pytest.mark.parametrize("upright", [False, True])
def test_many_tiny_steps_beside_a_huge_one_are_counted_not_crowded(upright):
    tiny = [step(f"Tiny step number {i}", 0.01) for i in range(40)]
    root = parse(ribbon_svg(ribbon(bar(*tiny, step("Wait", 99))), language="en", upright=upright))
    assert "40 more steps" in words_of(root)
    assert "Wait" in words_of(root)


@pytest.mark.parametrize("upright", [False, True])
def test_short_steps_between_long_ones_are_counted_where_their_names_have_no_room(upright):
    pairs = [(step(f"A short step with a long name {i}", 0.1), step("Wait", 9)) for i in range(13)]
    some = ribbon(bar(*(one for pair in pairs for one in pair)))
    root = assert_sound(ribbon_svg(some, language="en", upright=upright), prefix="ribbon")
    words = words_of(root)
    named = words.count("Wait") + sum(word.startswith("A short") for word in words)
    assert named >= 11
    assert f"{26 - named} more steps" in words


def test_a_name_that_fits_stands_inside_its_step_and_one_that_does_not_below():
    some = ribbon(bar(step("Register", 1), step("Wait", 30), step("Collect", 9)))
    root = parse(ribbon_svg(some, language="en"))
    baseline = {t.text: float(t.get("y")) for t in root.iter(f"{SVG}text")}
    (_, register) = sorted(boxes(root, fill=OFFICE), key=lambda b: b.left)[1:3]
    assert register.top < baseline["Wait"] < register.bottom < baseline["Register"]


@pytest.mark.parametrize(
    ("fits", "shortest", "expected"),
    [
        ("", 2, []),
        ("+--+", 2, [(0, 0), (1, 2), (3, 3)]),
        ("+--+", 3, [(0, 0), (1, 1), (2, 2), (3, 3)]),
        ("---", 2, [(0, 2)]),
        ("-+-", 2, [(0, 0), (1, 1), (2, 2)]),
    ],
)
def test_neighbours_without_room_are_joined(fits, shortest, expected):
    found = stretches([sign == "+" for sign in fits], shortest_run=shortest)
    assert found == [Stretch(first, last) for first, last in expected]


@pytest.mark.parametrize("length", [-1.0, float("nan"), float("inf")])
def test_a_step_takes_a_finite_time_of_zero_or_more(length):
    with pytest.raises(ValueError, match="finite time"):
        step("Wait", length)


def test_a_file_of_its_own_carries_the_font_stack():
    svg = ribbon_svg(THREE, language="zh")
    assert 'font-family="inherit"' in svg
    assert "Source Han Sans SC" in parse(as_file(svg)).get("font-family")
