"""The network of departments: who asks whom, who answers or refuses, how long it takes, what runs.

A department is a node with the terms on which it lists its data and how it answers; an edge leads
from one that asks to one that provides. All comes from plain facts as they stood on a day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from shixiao.rules import WorkingCalendar
from shixiao.sharing.silos.facts import Holding, Request, Sharing, Use
from shixiao.sharing.silos.finding import on_a_law
from shixiao.sharing.silos.openness import Openness, Tie, openness, ties


@dataclass(frozen=True, slots=True)
class Terms:
    """How many datasets a department lists on which terms.

    Attributes:
        free: shared without condition.
        on_condition: shared on condition.
        closed: not shared, on a law, an administrative regulation or a State Council decision.
        withheld: not shared, and what is cited is not enough.
    """

    free: int = 0
    on_condition: int = 0
    closed: int = 0
    withheld: int = 0

    @property
    def listed(self) -> int:
        """All of them."""
        return self.free + self.on_condition + self.closed + self.withheld


@dataclass(frozen=True, slots=True)
class Node:
    """A department in the network.

    Attributes:
        department_id: which.
        terms: on which terms it lists its datasets.
        answers: how it answers; None where nobody has asked it.
        asks: requests that it has made.
        serves: exchanges that delivered its data.
        fetches: exchanges that delivered data to it.
    """

    department_id: str
    terms: Terms
    answers: Openness | None
    asks: int
    serves: int
    fetches: int

    @property
    def silent(self) -> bool:
        """Whether it was asked, its time ran out, and it has never answered anybody."""
        return self.answers is not None and self.answers.answered.value == 0


@dataclass(frozen=True, slots=True)
class Network:
    """Departments and what goes between them, both in order of id."""

    nodes: tuple[Node, ...]
    edges: tuple[Tie, ...]


def network(
    requests: Iterable[Request],
    holdings: Iterable[Holding],
    uses: Iterable[Use],
    *,
    terms: Mapping[str, Terms],
    calendar: WorkingCalendar,
    limits: Mapping[Sharing, int],
    on: date,
) -> Network:
    """Return the network as it stood on a day.

    Args:
        requests: requests; those for datasets that are not in the catalogue are left out.
        holdings: what the requests and exchanges are about.
        uses: exchanges that delivered data.
        terms: department → on which terms it lists its datasets (:func:`terms_of`).
        calendar: working days.
        limits: working days for an answer by attribute (GDS-21u, GDS-21c).
        on: the day of the look; what came later had not come then.
    """
    listed = sorted(holdings, key=lambda each: each.dataset_id)
    made = list(requests)
    answers = {
        each.department_id: each
        for each in openness(made, listed, calendar=calendar, limits=limits, on=on)
    }
    edges = ties(made, listed, uses, calendar=calendar, limits=limits, on=on)
    asks, serves, fetches = Counter[str](), Counter[str](), Counter[str]()
    for edge in edges:
        asks[edge.asker] += edge.asked
        serves[edge.provider] += edge.used
        fetches[edge.asker] += edge.used
    names = sorted({*terms, *answers, *asks, *serves})
    nodes = [
        Node(
            name,
            terms.get(name, Terms()),
            answers.get(name),
            asks[name],
            serves[name],
            fetches[name],
        )
        for name in names
    ]
    return Network(tuple(nodes), tuple(edges))


def terms_of(holdings: Iterable[Holding]) -> dict[str, Terms]:
    """Return, for each department of a catalogue, how many datasets it lists on which terms."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for holding in holdings:
        counts[holding.department_id][_term(holding)] += 1
    return {department: Terms(**found) for department, found in counts.items()}


def _term(holding: Holding) -> str:
    if holding.sharing is Sharing.UNCONDITIONAL:
        return "free"
    if holding.sharing is Sharing.CONDITIONAL:
        return "on_condition"
    return "closed" if on_a_law(holding.basis) else "withheld"
