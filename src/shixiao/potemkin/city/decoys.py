"""Decoys: subjects that look like formalism and are innocent, and what must not be said of each."""

from __future__ import annotations

from dataclasses import replace

from shixiao.potemkin.city.founding import SCHOOLS
from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.sizes import Size
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.strengths import KINDS
from shixiao.potemkin.city.subjects import App, Asks, Service, Shape

ENROLMENT, CAMPAIGN, LEAN, LOVED = "enrolment_season", "campaign", "lean_process", "loved_service"
WEEKEND, LAWFUL, NOISY = "weekend_batch", "legal_suspension", "small_noisy"
CHECK_IN = "emergency_check_in"
LENIENT, SIMPLE, FAST = "lenient_evaluator", "simple_service", "fast_and_right"
EARLY, FAIR = "before_correction", "declared_and_fair"

SERVICE_KINDS = tuple(name for name, kind in KINDS.items() if kind.subject == "service")
#: decoy → kind of subject → kinds of finding that must not name it
MUST_NOT_BE: dict[str, dict[str, tuple[str, ...]]] = {
    ENROLMENT: {"service": ("deadline", "off_system"), "app": ("vanity",)},
    CAMPAIGN: {"app": ("vanity",)},
    LEAN: {"service": ("mechanical_copy",)},
    LOVED: {"service": ("rating",)},
    WEEKEND: {"service": ("off_system",)},
    LAWFUL: {"service": ("deadline",)},
    NOISY: {"service": SERVICE_KINDS},
    CHECK_IN: {"app": ("bans",)},
    LENIENT: {"evaluator": ("tied_evaluator", "lazy_evaluator")},
    SIMPLE: {"evaluator": ("lazy_evaluator",)},
    FAST: {"evaluator": ("lazy_evaluator",)},
    EARLY: {"evaluator": ("tied_evaluator", "lazy_evaluator")},
    FAIR: {"evaluator": ("tied_evaluator",)},
}
LEAN_SHAPE = Shape(
    number=False,
    check=False,
    review=False,
    certify=False,
    archive=False,
    delivery=False,
    pays=False,
)
#: few documents, none of which another department holds, the same in both channels
LEAN_ASKS = Asks(materials=2, held=0, signatures=1, kept_online=3)
LOVED_PRAISE = 0.97
#: what a small service shows by the whim of few cases
NOISY_VALUES = {
    "half_online": 0.6,
    "quick": 0.6,
    "device": 0.0,
    "text": 0.6,
    "solicited": 4.0,
    "bunch": 3.0,
    "restart": 0.5,
    "reopen": 0.3,
    "batch": 0.0,
    "speed": 0.5,
    "order": 0.5,
    "age": 4.0,
}


def with_decoys(
    size: Size, plan_seed: int, services: list[Service], apps: list[App]
) -> tuple[list[Service], list[App]]:
    """Turn some subjects into decoys."""
    rng = stream(plan_seed, "decoys")
    services, apps = _schools(size, services, apps)
    usual = [n for n, s in enumerate(services) if s.large and s.decoy is None]
    usual = [n for n in usual if services[n].cases <= size.large[1][1]]
    order = iter(rng.permutation(usual).tolist())
    for name in (LEAN, LOVED, WEEKEND, LAWFUL):
        for _ in range(size.decoys):
            number = next(order)
            services[number] = _service_decoy(services[number], name)
    small = [n for n, s in enumerate(services) if not s.large]
    for number in rng.permutation(small)[: size.noisy].tolist():
        services[number] = _service_decoy(services[number], NOISY)
    free = iter(rng.permutation([n for n, a in enumerate(apps) if a.decoy is None]).tolist())
    for _ in range(size.decoys):
        number = next(free)
        apps[number] = replace(apps[number], decoy=CAMPAIGN)
        number = next(free)
        duty = tuple(material("apps")["emergency_functions"])
        functions = (*apps[number].functions, *duty)
        apps[number] = replace(apps[number], decoy=CHECK_IN, functions=functions)
    return services, apps


def _schools(
    size: Size, services: list[Service], apps: list[App]
) -> tuple[list[Service], list[App]]:
    """Give schools their season: large services of education, each with an app of its own."""
    services, apps = list(services), list(apps)
    taken: set[int] = set()
    for number, service in enumerate(services):
        open_ = service.large and service.domain == SCHOOLS and service.app not in taken
        if open_ and service.app >= 0 and len(taken) < size.decoys:
            taken.add(service.app)
            services[number] = replace(service, decoy=ENROLMENT)
            apps[service.app] = replace(apps[service.app], decoy=ENROLMENT)
    return services, apps


def _service_decoy(service: Service, name: str) -> Service:
    if name == LEAN:
        return replace(service, decoy=name, shape=LEAN_SHAPE, asks=LEAN_ASKS)
    if name == LOVED:
        return replace(service, decoy=name, praise=LOVED_PRAISE)
    if name == WEEKEND:
        return replace(service, decoy=name, shape=replace(service.shape, archive=True))
    if name == NOISY:
        values = {**service.values, **NOISY_VALUES}
        return replace(service, decoy=name, values=values, innocent=values)
    return replace(service, decoy=name)
