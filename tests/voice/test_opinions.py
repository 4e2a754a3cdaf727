"""Groups of opinion: planted ones come out, noise is told, and brigades move nothing."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.metrics import adjusted_rand_score, silhouette_score

from shixiao.rules import load_pack
from shixiao.terms import BadInput
from shixiao.voice import Opinions, opinions, read_ballots, read_groups
from shixiao.voice.ballots import UNSEEN, Ballots
from shixiao.voice.brigades import brigades
from shixiao.voice.landscape import silhouette
from tests.conftest import SHARED
from tests.voice.conversations import conversation, with_brigade

RULES = load_pack()
PUBLISHED = SHARED / "polis" / "vtaiwan.uberx"


def top(found: Opinions, count: int = 5) -> set[str]:
    return {statement for statement, _, _ in found.consensus[:count]}


@pytest.mark.parametrize("groups", [2, 3])
def test_planted_groups_come_out_and_are_stable(groups: int) -> None:
    ballots, member = conversation(240, 60, 6_000, groups=groups)
    found = opinions(ballots, rules=RULES)
    label = {p: g.id for g in found.groups for p in g.participants}
    there = [i for i, p in enumerate(ballots.persons) if p in label]
    assert (found.k, found.clear) == (groups, True)
    assert adjusted_rand_score(member[there], [label[ballots.persons[i]] for i in there]) > 0.8
    assert found.stability is not None
    assert found.stability > 0.6
    assert found.suspect == ()


def test_where_nobody_differs_there_are_no_clear_groups() -> None:
    ballots, _ = conversation(240, 60, 6_000, groups=1)
    found = opinions(ballots, rules=RULES)
    assert (found.k, found.clear, len(found.groups)) == (1, False, 1)
    assert "No clear groups" in found.why.en


def test_statements_that_every_group_agrees_on_come_first() -> None:
    ballots, _ = conversation(240, 60, 6_000, groups=2)
    found = opinions(ballots, rules=RULES)
    assert all(min(shares) > 0.7 for _, _, shares in found.consensus[:6])
    assert any(max(shares) > 0.7 and min(shares) < 0.4 for _, _, shares in found.consensus[6:])


def test_the_score_is_the_product_over_groups() -> None:
    votes = np.array([[1, 1], [1, -1], [1, 1], [-1, 1]], np.int8)
    ballots = Ballots(("a", "b", "c", "d"), ("0", "1"), votes, np.full(4, np.nan))
    found = opinions(ballots, rules=RULES, given={"a": "x", "b": "x", "c": "y", "d": "y"})
    scores = {s: score for s, score, _ in found.consensus}
    assert scores == pytest.approx({"0": 3 / 4 * 2 / 4, "1": 2 / 4 * 3 / 4})


@pytest.mark.parametrize("noise", [0.0, 0.1])
@pytest.mark.parametrize("against", [False, True])
def test_a_brigade_of_five_percent_moves_no_consensus(noise: float, against: bool) -> None:
    ballots, _ = conversation(240, 60, 6_000, groups=2)
    before = opinions(ballots, rules=RULES)
    vector = ballots.votes[7].copy()
    if against:  # copies that vote against all that everybody agrees on, and for the last ones
        vector[:] = UNSEEN
        vector[:6], vector[-20:] = -1, 1
    after = opinions(with_brigade(ballots, 0.05, noise, votes=vector), rules=RULES)
    assert top(after) == top(before) or top(after) <= top(before, 6)
    assert {p for b in after.suspect for p in after.participants if p.startswith("b")}


def test_identical_votes_are_shown_with_their_span_and_weigh_as_one() -> None:
    ballots, _ = conversation(120, 40, 2_500)
    joined = with_brigade(ballots, 0.05, 0.0, votes=ballots.votes[3])
    joined.first[-6:] = 1e9 + 60 * np.arange(6)
    (brigade,), _ = brigades(joined, rules=RULES)
    told = brigade.to_json(joined.persons)
    assert (told["kind"], told["size"], told["burst"]) == ("identical", 7, True)
    assert told["span_minutes"] == 4.0  # five of the six whose times are known
    assert told["weight_each"] == pytest.approx(1 / 7, abs=1e-6)


def honest(people: int, statements: int, agree: float, *, seed: int = 0) -> Ballots:
    """Votes that are each drawn alone: nobody copies anybody."""
    rng = np.random.default_rng(seed)
    votes = np.where(rng.random((people, statements)) < agree, 1, -1).astype(np.int8)
    names = tuple(f"p{i}" for i in range(people))
    ids = tuple(map(str, range(statements)))
    return Ballots(names, ids, votes, np.full(people, np.nan))


@pytest.mark.parametrize(
    ("people", "statements", "agree"),
    [(200, 5, 0.8), (200, 8, 0.9), (300, 10, 0.8), (300, 20, 0.9), (200, 10, 0.6), (300, 9, 0.99)],
)
def test_in_a_short_conversation_where_most_agree_nobody_is_called_a_brigade(
    people: int, statements: int, agree: float
) -> None:
    found, alike = brigades(honest(people, statements, agree), rules=RULES)
    assert found == []
    assert alike > people / 2  # and it is said that copies could not be told there


@pytest.mark.parametrize(("people", "statements"), [(300, 20), (600, 12)])
def test_copies_that_chance_does_not_make_are_found_in_a_short_conversation(
    people: int, statements: int
) -> None:
    ballots = honest(people, statements, 0.65)
    vector = np.where(np.arange(statements) % 2, 1, -1).astype(np.int8)
    joined = with_brigade(ballots, 0.05, 0.0, votes=vector)
    (brigade,), _ = brigades(joined, rules=RULES)
    assert {joined.persons[i][0] for i in brigade.persons} == {"b"}
    assert len(brigade.persons) == round(0.05 * people)


def test_where_one_statement_is_left_the_refusal_speaks_of_statements() -> None:
    with pytest.raises(BadInput) as refused:
        opinions(honest(50, 1, 0.5), rules=RULES)
    assert "at least 2 statements" in str(refused.value)


@cache
def published() -> Ballots:
    return read_ballots(PUBLISHED / "votes.csv")


@pytest.mark.shared_data
def test_the_consensus_of_vtaiwan_is_the_published_one() -> None:
    groups = read_groups(PUBLISHED / "participants-votes.csv")
    found = opinions(published(), rules=RULES, given=groups)
    assert top(found) == {"40", "16", "7", "111", "64"}
    assert sum(len(b.persons) for b in found.suspect) <= 0.01 * len(found.participants)


@pytest.mark.shared_data
def test_the_matrix_of_an_export_says_the_same_as_its_list() -> None:
    matrix = read_ballots(PUBLISHED / "participants-votes.csv")
    order = np.array([matrix.persons.index(person) for person in published().persons])
    assert len(matrix.persons) == len(order)
    assert (matrix.votes[order] == published().votes).mean() > 0.9999


@given(st.integers(4, 12), st.integers(2, 9), st.integers(0, 1000))
@settings(max_examples=12, deadline=None)
def test_any_votes_get_an_answer_or_one_sentence(people: int, statements: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    votes = rng.choice(np.array([1, 0, -1, UNSEEN], np.int8), (people, statements))
    names = tuple(f"p{i}" for i in range(people))
    ids = tuple(map(str, range(statements)))
    try:
        found = opinions(Ballots(names, ids, votes, np.full(people, np.nan)), rules=RULES)
    except BadInput:
        return
    assert sum(len(g.participants) for g in found.groups) == len(found.participants)
    assert len(found.consensus) == statements


def test_the_silhouette_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(4)
    places, labels = rng.normal(size=(60, 2)), rng.integers(0, 3, 60)
    places += 2 * labels[:, None]
    own = silhouette(cdist(places, places), labels, np.ones(60))
    assert own == pytest.approx(silhouette_score(places, labels))
