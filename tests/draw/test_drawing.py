"""A draw: within its quotas, the same for everybody, as likely as it says, and one of a kind."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from shixiao.draw import Order, Pool, Quota, draw, freeze, seed_of, token_of, verify
from shixiao.draw.hashing import own_salt
from shixiao.terms import BadInput
from tests.draw.cast import SEED, by_script, drawable, meets, people, quotas

Drawable = tuple[Pool, int, tuple[Quota, ...]]
seeds = st.integers(0, 2**64).map(lambda number: f"{number:x}")
LEVEL = 1e-4  # of the χ² tests, whose seeds are fixed


@given(drawable(largest=14), seeds)
@settings(max_examples=60)
def test_whoever_is_drawn_meets_the_quotas(case: Drawable, seed: str) -> None:
    pool, size, rules = case
    frozen = freeze(pool, size=size, quotas=rules)
    drawn = draw(frozen, seed=seed, replacements=4)
    assert meets(frozen, drawn.transcript["panel"])
    assert not set(drawn.panel) & set(drawn.replacements)
    assert all(drawn.inclusion[identifier] > 0 for identifier in drawn.panel)


@given(drawable(largest=14), seeds, st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_the_order_of_rows_decides_nothing(
    case: Drawable, seed: str, shuffle: random.Random
) -> None:
    pool, size, rules = case
    places = list(range(len(pool.ids)))
    shuffle.shuffle(places)
    other = Pool(
        tuple(pool.ids[place] for place in places),
        {key: tuple(column[p] for p in places) for key, column in pool.features.items()},
    )
    found = [
        draw(freeze(each, size=size, quotas=rules), seed=seed, replacements=3).transcript
        for each in (pool, other)
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("pool", "size", "rules", "floor"),
    [
        (
            people(*["f o"] * 2, *["f y"] * 4, *["m o"] * 5, *["m y"] * 3),
            5,
            quotas("gender f 2 3, gender m 2 3, age o 3 4, age y 1 2"),
            0,
        ),
        (Pool(tuple(map(str, range(12)))), 5, (), 0),
        (
            Pool(tuple("abcdefgh"), weights=(0, 1, 1, 2, 3, 4, 5, 99)),
            4,
            (),
            "0.1",
        ),
    ],
    ids=["quotas", "plain", "weights with a floor"],
)
def test_frequencies_are_the_published_probabilities(
    pool: Pool, size: int, rules: tuple[Quota, ...], floor: float | str
) -> None:
    frozen = freeze(pool, size=size, quotas=rules, floor=floor)
    tokens = list(frozen.inclusion)
    wanted = np.array(list(frozen.inclusion.values()))
    draws = 4_000
    seated = np.zeros((draws, len(tokens)))
    for number in range(draws):
        for token in Order(frozen, f"{number:x}").panel():
            seated[number, tokens.index(token)] = 1
    gap = seated.mean(axis=0) - wanted
    spread = np.linalg.pinv(np.cov(seated.T), rcond=1e-6, hermitian=True)
    rank = np.linalg.matrix_rank(np.cov(seated.T), tol=1e-6, hermitian=True)
    assert draws * gap @ spread @ gap < chi2.isf(LEVEL, rank)
    assert min(wanted) == pytest.approx(float(min(frozen.chances)))


def test_pairs_of_a_weighted_sample_can_all_meet() -> None:
    frozen = freeze(Pool(tuple("abcde"), weights=(1, 1, 2, 2, 4)), size=2)
    pairs = Counter(frozenset(Order(frozen, f"{number:x}").panel()) for number in range(3_000))
    assert len(pairs) == 10


def test_draws_with_other_tags_are_independent_though_the_seed_is_one() -> None:
    pool = Pool(tuple(map(str, range(40))))
    one, other = (freeze(pool, size=10, tag=tag) for tag in ("inspectors", "objects"))
    both = [
        len(set(Order(one, f"{n:x}").panel()) & set(Order(other, f"{n:x}").panel()))
        for n in range(400)
    ]
    # Hypergeometric: mean 2.5, variance 10·¼·¾·30/39 = 1.44; 400 draws have a deviation of 0.06.
    assert np.mean(both) == pytest.approx(2.5, abs=0.3)


def test_the_seed_follows_from_root_announcement_ledger_and_tag() -> None:
    frozen = freeze(Pool(tuple("abcdef")), size=2, tag="objects")
    seed = seed_of(frozen.root, announced="3D 512", head="ab", tag="objects")
    drawn = draw(frozen, seed=seed, announced="3D 512", head="ab")
    assert drawn.transcript["seed"] == {"value": seed, "announced": "3D 512", "head": "ab"}
    assert verify(drawn.transcript).valid
    others = [
        seed_of(frozen.root, announced="3D 513", head="ab", tag="objects"),
        seed_of(frozen.root, announced="3D 512", head="ac", tag="objects"),
        seed_of(frozen.root, announced="3D 512", head="ab"),
        seed_of("00", announced="3D 512", head="ab", tag="objects"),
    ]
    assert len({seed, *others}) == 5
    for other in others:
        with pytest.raises(BadInput, match="not the one that follows"):
            draw(frozen, seed=other, announced="3D 512", head="ab")


def test_the_root_covers_persons_features_quotas_size_exclusions_tag_and_floor() -> None:
    pool = people("f o", "f y", "m o", "m y")
    rules = quotas("gender f 1 1, gender m 1 1")
    weighted = Pool(("a", "b"), weights=(1, 2))
    roots = [
        freeze(pool, size=2, quotas=rules).root,
        freeze(people("f o", "f y", "m o"), size=2, quotas=rules).root,
        freeze(people("f o", "m y", "m o", "m y"), size=2, quotas=rules).root,
        freeze(pool, size=2, quotas=quotas("gender f 1 2, gender m 1 1")).root,
        freeze(pool, size=2, quotas=rules, algorithm="maximin").root,
        freeze(pool, size=2, quotas=rules, tag="experts").root,
        freeze(pool, size=2, quotas=rules, salt="a long enough salt").root,
        freeze(pool, size=2, quotas=rules, excluded={"p00": "tied"}).root,
        freeze(pool, size=2, quotas=rules, excluded={"p00": "ill"}).root,
        freeze(pool, size=2).root,
        freeze(pool, size=1).root,
        freeze(weighted, size=1).root,
        freeze(weighted, size=1, floor="0.4").root,
        freeze(Pool(("a", "b"), weights=(1, 3)), size=1).root,
    ]
    assert len(set(roots)) == len(roots)


def test_features_that_no_quota_speaks_of_are_not_published() -> None:
    frozen = freeze(people("f o", "m y"), size=1, quotas=quotas("gender f 0 1, gender m 0 1"))
    assert frozen.body["types"] == [{"gender": "f"}, {"gender": "m"}]


def test_with_a_salt_the_record_names_nobody_and_a_person_can_show_to_be_in_it() -> None:
    salt = "a long enough salt"
    frozen = freeze(Pool(("Wang", "Li", "Zhao")), size=1, salt=salt)
    drawn = draw(frozen, seed=SEED)
    assert not any(name in str(drawn.transcript) for name in ("Wang", "Li", "Zhao"))
    assert drawn.panel[0] in {"Wang", "Li", "Zhao"}
    assert drawn.transcript["panel"] == [token_of(drawn.panel[0], salt)]
    assert set(drawn.inclusion) == {"Wang", "Li", "Zhao"}
    assert own_salt(salt, "Wang") != own_salt(salt, "Li")
    assert by_script(drawn.transcript)


def test_who_stands_in_is_the_next_in_rank_of_a_type_that_is_seated() -> None:
    pool = people(*["f"] * 6, *["m"] * 6, categories=("gender",))
    frozen = freeze(pool, size=3, quotas=quotas("gender f 1 1, gender m 2 2"))
    drawn = draw(frozen, seed=SEED, replacements=6)
    order = Order(frozen, SEED)
    kinds = [frozen.kinds[token] for token in drawn.replacements]
    assert sorted(kinds[:3]) == sorted(kinds[3:]) == [0, 1, 1]
    assert [t for t in drawn.replacements if frozen.kinds[t] == 0] == order.of_type(0)[1:3]
    assert [t for t in drawn.replacements if frozen.kinds[t] == 1] == order.of_type(1)[2:6]


def test_more_are_asked_to_stand_in_than_there_are() -> None:
    drawn = draw(freeze(Pool(tuple("abc")), size=2), seed=SEED, replacements=9)
    assert len(drawn.replacements) == 1
    assert verify(drawn.transcript).valid
    assert by_script(drawn.transcript)


@pytest.mark.parametrize(
    ("seed", "more", "said"),
    [
        ("xyz", {}, "not hexadecimal"),
        ("", {}, "not hexadecimal"),
        ("a" * 129, {}, "not hexadecimal"),
        ("aa", {"replacements": -1}, "cannot be negative"),
        ("aa", {"redraw_of": "00"}, "both together"),
        ("aa", {"reason": "somebody was displeased"}, "both together"),
        ("aa", {"redraw_of": "00", "reason": " "}, "both together"),
        ("aa", {"announced": "3D 512"}, "given together"),
    ],
)
def test_a_draw_that_nobody_could_check_is_refused(
    seed: str, more: dict[str, object], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        draw(freeze(Pool(tuple("abc")), size=1), seed=seed, **more)  # type: ignore[arg-type]


def test_a_seed_is_the_same_however_it_is_written() -> None:
    frozen = freeze(Pool(tuple("abcdef")), size=2)
    assert draw(frozen, seed=" 0xAB ").transcript == draw(frozen, seed="ab").transcript
