"""After a withdrawal the next in rank moves up, the quotas stay met, and the chain shows it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.draw import Pool, Quota, draw, freeze, hash_of, panel_of, replace, verify
from shixiao.terms import BadInput
from tests.draw.cast import SEED, drawable, meets, people, quotas

GENDER = quotas("gender f 1 1, gender m 2 2")


@given(drawable(largest=12), st.data())
@settings(max_examples=50)
def test_quotas_stay_met_whenever_some_single_person_could_keep_them(
    case: tuple[Pool, int, tuple[Quota, ...]], data: st.DataObject
) -> None:
    pool, size, rules = case
    frozen = freeze(pool, size=size, quotas=rules)
    if size == len(pool.ids):
        return
    drawn = draw(frozen, seed=SEED)
    leaving = data.draw(st.sampled_from(drawn.panel))
    rest = [token for token in drawn.panel if token != leaving]
    could = [t for t in pool.ids if t not in drawn.panel and meets(frozen, [*rest, t])]
    amended = replace(drawn.transcript, withdrawn=leaving, reason="ill")
    panel = panel_of(amended)
    assert leaving not in panel
    assert len(set(panel)) == size
    assert meets(frozen, panel) == bool(could)
    assert verify(amended, optimum=False).valid


def test_the_next_in_rank_of_the_same_type_moves_up_into_the_seat() -> None:
    pool = people(*["f"] * 5, *["m"] * 5, categories=("gender",))
    drawn = draw(freeze(pool, size=3, quotas=GENDER), seed=SEED, replacements=3)
    leaving = drawn.panel[1]
    kind = drawn.frozen.kinds[leaving]
    expected = next(t for t in drawn.replacements if drawn.frozen.kinds[t] == kind)
    amended = replace(drawn.transcript, withdrawn=leaving, reason="moved away")
    assert panel_of(amended) == [drawn.panel[0], expected, drawn.panel[2]]
    assert amended["panel"] == list(drawn.panel)


def test_amendments_are_a_chain_from_the_first_transcript() -> None:
    drawn = draw(freeze(Pool(tuple("abcdefgh")), size=3), seed=SEED)
    once = replace(drawn.transcript, withdrawn=drawn.panel[0], reason="ill")
    twice = replace(once, withdrawn=panel_of(once)[0], reason="ill too")
    hashes = [entry["before"] for entry in twice["amendments"]]
    assert hashes == [hash_of(drawn.transcript), hash_of(once)]
    checked = verify(twice)
    assert checked.valid
    assert any("ill too" in note.en for note in checked.notes)


def test_who_stands_in_and_declines_is_not_called() -> None:
    drawn = draw(freeze(Pool(tuple("abcdefgh")), size=3), seed=SEED, replacements=2)
    first, second = drawn.replacements
    declined = replace(drawn.transcript, withdrawn=first, reason="abroad")
    assert panel_of(declined) == list(drawn.panel)
    amended = replace(declined, withdrawn=drawn.panel[0], reason="ill")
    assert second in panel_of(amended)
    assert verify(amended).valid


def test_in_a_weighted_sample_the_next_by_weight_moves_up() -> None:
    pool = Pool(tuple("abcdef"), weights=(1, 2, 3, 4, 5, 6))
    drawn = draw(freeze(pool, size=2), seed=SEED, replacements=2)
    amended = replace(drawn.transcript, withdrawn=drawn.panel[0], reason="closed")
    assert panel_of(amended)[0] == drawn.replacements[0]
    assert verify(amended).valid


def test_where_the_type_is_used_up_another_moves_up_that_keeps_the_quotas() -> None:
    pool = people("f a", "f b", "m b", "m c", "m c", categories=("gender", "team"))
    rules = quotas("gender f 1 1, gender m 1 1, team a 0 1, team b 0 1, team c 0 2")
    for seed in map(str, range(9)):
        drawn = draw(freeze(pool, size=2, quotas=rules), seed=seed)
        woman = next(t for t in drawn.panel if t in {"p00", "p01"})
        other = {"p00": "p01", "p01": "p00"}[woman]
        amended = replace(drawn.transcript, withdrawn=woman, reason="ill")
        rest = [t for t in drawn.panel if t != woman]
        if meets(drawn.frozen, [*rest, other]):
            assert other in panel_of(amended)
        assert verify(amended).valid


def test_where_nobody_keeps_the_quotas_they_are_broken_by_fewest() -> None:
    pool = people("f", "m", "m", "m", categories=("gender",))
    drawn = draw(freeze(pool, size=2, quotas=quotas("gender f 1 1, gender m 1 1")), seed=SEED)
    amended = replace(drawn.transcript, withdrawn="p00", reason="ill")
    assert len(set(panel_of(amended)) & {"p01", "p02", "p03"}) == 2
    assert verify(amended).valid


@pytest.mark.parametrize(
    ("withdrawn", "reason", "said"),
    [
        ("z", "ill", "not in the pool"),
        ("gone", "ill", "has withdrawn already"),
        ("seated", " ", "no reason"),
        ("seated", "ill", "nobody left"),
    ],
)
def test_a_withdrawal_that_cannot_be_is_refused(withdrawn: str, reason: str, said: str) -> None:
    drawn = draw(freeze(Pool(tuple("abc")), size=2), seed=SEED)
    once = replace(drawn.transcript, withdrawn=drawn.panel[0], reason="ill")
    who = {"gone": drawn.panel[0], "seated": panel_of(once)[0]}.get(withdrawn, withdrawn)
    with pytest.raises(BadInput, match=said):
        replace(once, withdrawn=who, reason=reason)
