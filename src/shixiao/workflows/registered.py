"""What is registered of a system, as others hold on to it: its kind, its hash, its release."""

from __future__ import annotations

from dataclasses import asdict

from shixiao.records.models import Release, System
from shixiao.seals import sha256_of
from shixiao.security.assessing import About


def about_of(system: System) -> About:
    """Return what decides what is asked of a system."""
    return About(
        system.kind,
        system.exposure,
        system.grade,
        system.signs_in,
        system.interface,
        system.decides,
    )


def about_sha256(system: System) -> str:
    """Return the hash of everything that is registered of a system, but for persons."""
    return sha256_of(
        [
            asdict(about_of(system)),
            system.name.to_json(),
            system.about,
            system.supplier,
            system.people,
            sorted(system.rights),
            sorted(system.services),
            sorted(system.depends),
            system.addresses,
            system.manual,
        ]
    )


def latest(system: System) -> Release | None:
    """Return the release that is assessed; None while there is none."""
    return system.releases.first()
