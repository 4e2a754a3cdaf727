"""Process maps: connected, without overlaps, and honest about what they leave out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.pictures import Arc, Node, ProcessMap, choose, process_caption, process_map_svg
from shixiao.pictures.palette import INK, MIST
from shixiao.pictures.process_layers import layered
from shixiao.terms import Text
from tests.pictures.looking import CJK, SVG, assert_sound, boxes, parse, texts, words_of

START, END = -1, -2


def nodes(count):
    return tuple(Node(Text(f"第{i}环节", f"Step {i}"), 10 * i) for i in range(count))


@st.composite
def graphs(draw):
    """Any directly-follows graph: cycles, self-loops, islands and dead ends included."""
    count = draw(st.integers(1, 14))
    pairs = draw(
        st.sets(
            st.tuples(
                st.sampled_from([START, *range(count)]), st.sampled_from([END, *range(count)])
            ),
            max_size=40,
        )
    )
    edges = [
        Arc(
            source,
            target,
            draw(st.integers(0, 20000)),
            draw(st.one_of(st.none(), st.floats(0, 9e6))),
        )
        for source, target in sorted(pairs)
    ]
    return ProcessMap(nodes(count), tuple(edges), 1000)


def reached(arcs, root, forwards=True):
    found, new = {root}, [root]
    while new:
        here = new.pop()
        for arc in arcs:
            a, b = (arc.source, arc.target) if forwards else (arc.target, arc.source)
            if a == here and b not in found:
                found.add(b)
                new.append(b)
    return found


def disjoint(items):
    return not any(a.meets(b) for nth, a in enumerate(items) for b in items[:nth])


@settings(max_examples=80)
@given(graphs(), st.floats(0.05, 1), st.integers(1, 14))
def test_all_that_is_chosen_lies_on_a_way_from_start_to_end(graph, share, max_nodes):
    choice = choose(graph, share=share, max_nodes=max_nodes)
    shown = set(choice.nodes)
    if not choice.arcs:
        assert END not in reached([a for a in graph.edges if a.count], START)
        return
    assert shown | {START, END} == reached(choice.arcs, START)
    assert shown | {START, END} == reached(choice.arcs, END, forwards=False)


@settings(max_examples=60)
@given(graphs(), st.sampled_from([340, 720]), st.sampled_from(["zh", "en"]))
def test_any_map_is_sound_and_no_box_or_label_touches_another(graph, width, language):
    svg = process_map_svg(graph, language=language, share=1, width=width, id_prefix="m")
    assert svg == process_map_svg(graph, language=language, share=1, width=width, id_prefix="m")
    root = assert_sound(svg, prefix="m")
    assert language == "zh" or not CJK.search("".join(root.itertext()))
    drawn = boxes(root, fill=MIST)
    everything = drawn + boxes(root, fill=INK)
    assert len(drawn) == len(choose(graph, share=1, max_nodes=18).nodes)
    assert disjoint(everything)
    for seen in texts(root):
        inside = [box for box in everything if seen.box.inside(box)]
        touching = [box for box in everything if seen.box.meets(box)]
        assert inside == touching or not drawn


def parallel(*counts):
    """One activity for each count, each between start and end."""
    edges = [Arc(START, i, n) for i, n in enumerate(counts)]
    edges += [Arc(i, END, n) for i, n in enumerate(counts)]
    return ProcessMap(nodes(len(counts)), tuple(edges), sum(counts))


def test_the_fewest_paths_that_carry_the_share_are_drawn():
    choice = choose(parallel(50, 30, 15, 5), share=0.8, max_nodes=18)
    assert choice.nodes == (0, 1)
    assert (choice.share, choice.left_out, choice.nodes_left_out) == (0.8, 4, 2)


def test_no_more_activities_than_wanted_are_drawn_while_a_way_remains():
    assert choose(parallel(50, 30, 15, 5), share=1, max_nodes=2).nodes == (0, 1)


def test_connection_comes_before_the_number_of_activities():
    chain = [Arc(i, i + 1, 5) for i in range(29)]
    graph = ProcessMap(nodes(30), (Arc(START, 0, 5), *chain, Arc(29, END, 5)), 5)
    assert len(choose(graph, share=0.8, max_nodes=18).nodes) == 30


def test_joining_paths_are_as_frequent_as_can_be():
    edges = (
        Arc(START, 0, 90),
        Arc(START, 1, 10),
        Arc(0, 1, 80),
        Arc(1, 1, 500),
        Arc(0, END, 5),
        Arc(1, END, 85),
    )
    choice = choose(ProcessMap(nodes(2), edges, 100), share=0.5, max_nodes=18)
    assert {(a.source, a.target) for a in choice.arcs} == {(1, 1), (START, 0), (0, 1), (1, END)}


LOOPING = ProcessMap(
    nodes(2),
    (
        Arc(START, 0, 90, None),
        Arc(0, 0, 30, 720),
        Arc(0, 1, 100, 276480),
        Arc(1, 0, 10, 18000),
        Arc(1, END, 90, None),
    ),
    90,
)


def test_labels_give_count_and_median_wait():
    words = words_of(parse(process_map_svg(LOOPING, language="zh", share=1)))
    assert {"90", "100 · 3.2 天", "30 · 12 分钟", "10 · 5 小时"} <= set(words)


def test_only_ways_back_are_dashed_and_they_stand_right_of_ways_down():
    root = parse(process_map_svg(LOOPING, language="en", share=1))
    dashed = [path for path in root.iter(f"{SVG}path") if path.get("stroke-dasharray")]
    assert len(dashed) == 1
    by_text = {seen.text: seen.box for seen in texts(root)}
    assert by_text["10 · 5 h"].left > by_text["100 · 3.2 days"].right


@settings(max_examples=60)
@given(graphs(), st.integers(1, 4))
def test_ways_back_stand_at_the_right_side_and_all_others_lead_down(graph, per_row):
    arcs = choose(graph, share=1, max_nodes=18).arcs
    if not arcs:
        return
    layers = layered(arcs, per_row=per_row)
    for row in layers.rows:
        sides = [place.back for place in row]
        assert sides == sorted(sides)
        assert sum(place.node is not None for place in row) <= per_row
    for route in layers.routes:
        upper, lower = route.places[0].node, route.places[-1].node
        ends = (lower, upper) if route.back else (upper, lower)
        assert ends == (route.arc.source, route.arc.target)
        rows = [place.row for place in route.places]
        assert rows == list(range(rows[0], rows[-1] + 1))


def test_busier_arcs_are_drawn_thicker():
    root = parse(process_map_svg(parallel(5000, 40, 1), language="en", share=1))
    widths = {float(path.get("stroke-width")) for path in root.iter(f"{SVG}path")}
    assert len(widths) == 3
    assert (min(widths), max(widths)) == (1, 5)


def test_the_caption_says_what_is_shown_and_what_is_left_out():
    chinese = process_caption(parallel(50, 30, 15, 5), language="zh")
    assert "4 条路径、2 个环节，占全部流转的 80.0%；另有 4 条路径、2 个环节未画" in chinese
    english = process_caption(LOOPING, language="en", share=1)
    assert "100.0% of all passages; nothing is left out." in english
    assert not CJK.search(english)


def test_a_map_without_a_way_from_start_to_end_says_so():
    lost = ProcessMap(nodes(2), (Arc(START, 0, 5), Arc(1, END, 5)), 5)
    root = assert_sound(process_map_svg(lost, language="zh", width=340), prefix="process")
    assert "没有从开始走到结束的路径" in "".join(words_of(root))
    assert process_caption(lost, language="en").startswith("No path from start to end")


@pytest.mark.parametrize("arcs", [(Arc(END, 0, 1),), (Arc(0, START, 1),), (Arc(0, 7, 1),)])
def test_arcs_that_lead_nowhere_are_refused(arcs):
    with pytest.raises(ValueError, match="no node"):
        ProcessMap(nodes(1), arcs, 1)


def test_an_arc_given_twice_and_a_share_of_nothing_are_refused():
    with pytest.raises(ValueError, match="twice"):
        ProcessMap(nodes(1), (Arc(START, 0, 1), Arc(START, 0, 2)), 1)
    with pytest.raises(ValueError, match="share"):
        choose(LOOPING, share=0, max_nodes=5)
