"""Messages to a department and its replies: in whose words, how soon, solved or not, and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shixiao.potemkin.city.columns import CODED, TIME, coded, numbered, same
from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.population import Flags, Integers, People
from shixiao.potemkin.city.subjects import Department
from shixiao.potemkin.city.wording import Slots, drawn, filled, join, of_rows, one_of
from shixiao.potemkin.city.year import DAYS, END, Year, stamps
from shixiao.potemkin.hours import Seconds
from shixiao.potemkin.steps import WHOLE_DAY

UNANSWERED = 0.08  # messages without a reply, per replied one
REPLY, REPLY_SPREAD, LATEST = 11 * WHOLE_DAY, 0.9, 75 * WHOLE_DAY
AGAIN_WITHIN = (WHOLE_DAY // 2, 28 * WHOLE_DAY)
GROUP = (2, 6)  # replies that are alike
ALTERED = 0.4  # share of them in which a place is another
NO_SERVICE, NO_REGION, NO_TITLE = 0.3, 0.05, 0.03
LONG, LONGEST = 0.45, 285  # share with a further part; characters with which none is added
KINDS = ("complaint", "need", "proposal", "praise")
VIA = ("web", "app", "hotline", "letter")
VIA_SHARES = (0.4, 0.3, 0.25, 0.05)
SCHEMA = pa.schema(
    [
        ("message_id", pa.string()),
        ("ts", TIME),
        ("text", pa.string()),
        ("title", pa.string()),
        ("kind", CODED),
        ("region", CODED),
        ("channel", CODED),
        ("likes", pa.int32()),
        ("person_key", pa.string()),
        ("department_id", CODED),
        ("service_id", CODED),
        ("reply_ts", TIME),
        ("reply_text", pa.string()),
        ("solved", pa.int8()),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Letters:
    """Who wrote when and was answered when; ``answered`` marks messages with a reply."""

    persons: Integers
    written: Seconds
    replied: Seconds
    answered: Flags


def _subjects(department: Department, region: Integers, rng: np.random.Generator) -> Slots:
    """Return the words that patterns draw from; place and problem are each message's own."""
    city, words = material("city"), material("messages")
    count = len(region)
    near = [*city["streets"], *city["estates"]]
    regions = pa.array([zh for zh, _, _ in city["regions"]]).take(pa.array(region))
    problems = [
        problem.format(service=zh)
        for zh, *_ in _stems(department)
        for problem in words["slots"]["problem"]
    ]
    if department.domain in words["street_domains"]:
        problems += words["slots"]["street"] * 2
    return {
        **words["slots"],
        "place": join([regions, drawn(near, count, rng)]),
        "problem": drawn(problems, count, rng),
    }


def _stems(department: Department) -> list[list[str]]:
    return next(
        entry["stems"] for entry in material("departments") if entry["domain"] == department.domain
    )


def draw_letters(
    department: Department, count: int, people: People, year: Year, rng: np.random.Generator
) -> Letters:
    """Draw times and writers: of the replied messages as many are written again as is planted."""
    again = min(int(rng.binomial(count, department.values["repeat"])), count // 2)
    extra = int(count * UNANSWERED)
    written = year.moments_online(count + extra, None, rng)
    wished = REPLY * np.exp(REPLY_SPREAD * rng.standard_normal(count + extra))
    lag = np.clip(wished, 3600, LATEST).astype(np.int64)
    # Whoever writes again has to have time for it within the year.
    early = (DAYS - 45) * WHOLE_DAY
    first = np.arange(again)
    written[first] = written[first] % (early - LATEST)
    latest = END - 2 * WHOLE_DAY - lag
    written = np.where(np.arange(len(written)) < count, np.minimum(written, latest), written)
    replied = year.hours.moment(year.hours.position(written + lag))
    second = again + first
    written[second] = replied[first] + rng.integers(*AGAIN_WITHIN, size=again)
    # … and be answered within it, too.
    lag[second] = np.minimum(lag[second], END - 2 * WHOLE_DAY - written[second])
    replied[second] = year.hours.moment(year.hours.position(written[second] + lag[second]))
    persons = people.order[rng.permutation(len(people.order))[: count + extra]]
    persons[second] = persons[first]
    return Letters(persons, written, replied, np.arange(count + extra) < count)


def message_columns(
    department: Department,
    place: int,
    departments: pa.Array,
    services: tuple[pa.Array, Integers],
    regions: pa.Array,
    letters: Letters,
    people: People,
    rng: np.random.Generator,
) -> dict[str, pa.Array]:
    """Return the messages of a department in the order in which they came.

    Args:
        department: whose they are.
        place: its place in ``departments``.
        departments: the values of that column.
        services: the values of that column, and the places of the department's own.
        regions: the values of that column.
        letters: who wrote when.
        people: the people.
        rng: chance.
    """
    count = len(letters.written)
    order = np.argsort(letters.written, kind="stable")
    kind = rng.choice(
        len(KINDS), size=count, p=[material("messages")["kinds"][k]["share"] for k in KINDS]
    )
    region = people.region[letters.persons].astype(np.int64)
    words = _subjects(department, region, rng)
    titles, texts = _words(kind, words, rng)
    answered = int(letters.answered.sum())
    first = {n: w[:answered] if isinstance(w, pa.Array) else w for n, w in words.items()}
    replies = _replies(department, answered, first, rng)
    replies = pa.concat_arrays([replies, pa.nulls(count - len(replies), pa.string())])
    solved = rng.random(count) >= department.values["unsolved"]
    own = services[1][rng.integers(0, len(services[1]), size=count)]
    columns = {
        "ts": pa.array(stamps(letters.written)).cast(TIME),
        "text": texts,
        "title": pa.array(titles.to_numpy(zero_copy_only=False), mask=rng.random(count) < NO_TITLE),
        "kind": coded(kind, pa.array(KINDS)),
        "region": coded(region, regions, rng.random(count) < NO_REGION),
        "channel": coded(rng.choice(len(VIA), size=count, p=VIA_SHARES), pa.array(VIA)),
        "likes": pa.array(rng.geometric(0.4, size=count).astype(np.int32) - 1),
        "person_key": people.ids.take(pa.array(letters.persons)),
        "service_id": coded(own, services[0], rng.random(count) < NO_SERVICE),
        "reply_ts": pa.array(stamps(letters.replied), mask=~letters.answered).cast(TIME),
        "reply_text": replies,
        "solved": pa.array(solved.astype(np.int8), mask=~letters.answered),
    }
    sorted_ = {name: column.take(pa.array(order)) for name, column in columns.items()}
    return {
        "message_id": numbered(f"L{department.id[1:]}-", 1, count, 5),
        **sorted_,
        "department_id": same(count, place, departments),
    }


def _words(kind: Integers, slots: Slots, rng: np.random.Generator) -> tuple[pa.Array, pa.Array]:
    titles, texts, rows = [], [], []
    for number, name in enumerate(KINDS):
        mine = np.flatnonzero(kind == number)
        words = material("messages")["kinds"][name]
        own = of_rows(slots, mine)
        titles.append(one_of(words["title"], len(mine), own, rng))
        texts.append(join([filled(part, len(mine), own, rng) for part in words["parts"]]))
        rows.append(mine)
    back = pa.array(np.argsort(np.concatenate(rows), kind="stable"))
    return pa.concat_arrays(titles).take(back), pa.concat_arrays(texts).take(back)


def _replies(
    department: Department, count: int, slots: Slots, rng: np.random.Generator
) -> pa.Array:
    """Write the replies: most their own, some alike but for figures or a place."""
    words = material("messages")["reply"]
    body = [one_of(words["body"], count, slots, rng) for _ in range(3)]
    longer = rng.random((2, count)) < LONG
    body[1] = _where(longer[0], body[1])
    opened = one_of(words["open"], count, slots, rng)
    closed = one_of(words["close"], count, slots, rng)
    length = sum(pc.utf8_length(part).to_numpy() for part in (opened, *body, closed))
    body[2] = _where(longer[1] & (length < LONGEST), body[2])
    dates = [pa.array(rng.integers(1, top, size=count)).cast(pa.string()) for top in (13, 29)]
    signed = join(["（", dates[0], "月", dates[1], "日答复）"])
    own = join([opened, *body, closed]).to_pylist()
    wanted = int(rng.binomial(count, department.values["template"]))
    for model, copy in _alike(wanted, count, rng):
        own[copy] = own[model]
        if rng.random() < ALTERED:
            own[copy] = _altered(own[copy], rng)
    return join([pa.array(own, pa.string()), signed])


def _where(kept: Flags, texts: pa.Array) -> pa.Array:
    return pa.array(np.where(kept, texts.to_numpy(zero_copy_only=False), ""), pa.string())


def _alike(wanted: int, count: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Pair copies with the reply that they repeat; so many replies have a twin in all."""
    order = rng.permutation(count).tolist()
    pairs, begin = [], 0
    while wanted - begin >= GROUP[0]:
        size = min(int(rng.integers(GROUP[0], GROUP[1] + 1)), wanted - begin)
        if wanted - begin - size == 1:
            size += 1
        model = order[begin]
        pairs += [(model, copy) for copy in order[begin + 1 : begin + size]]
        begin += size
    return pairs


def _altered(text: str, rng: np.random.Generator) -> str:
    """Write another street where one is named."""
    streets = material("city")["streets"]
    for street in streets:
        if street in text:
            return text.replace(street, str(rng.choice(streets)), 1)
    return text
