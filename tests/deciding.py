"""The benefit of ``tests.explained`` on the register, with its release, scheme and table."""

from __future__ import annotations

import json

from shixiao.records.models import System
from shixiao.terms import Text
from shixiao.workflows.decisions import laying
from shixiao.workflows.systems import registering
from tests import systems
from tests.cast import NOW, Cast
from tests.explained import SCHEME, content


def laid_down(cast: Cast, identifier: str = "aid") -> System:
    """Register the system with its release, scheme and table."""
    system = systems.made(cast, identifier, kind="algorithm", name=Text("救助核定", "Aid"))
    actor = cast.actor("wei")
    registering.release(system, label="1.0", sha256="cd" * 32, change="first", actor=actor, at=NOW)
    laying.lay_down(system, json.dumps(SCHEME).encode(), actor=actor, at=NOW)
    laying.register_table(system, "1.0", json.dumps(content()).encode(), actor=actor, at=NOW)
    return system
