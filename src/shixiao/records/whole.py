"""One operation that makes all tables at once: a first migration has nothing to go through.

Django draws its picture of all models anew for each of some three hundred operations, which took
twenty seconds of a processor when a site was first set up; made in one go it takes two.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation


class Whole(SeparateDatabaseAndState):
    """All operations of a first migration: carried out in the state, then table by table."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        super().__init__(state_operations=operations)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return how it is written down."""
        return (type(self).__name__, [], {"operations": self.state_operations})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Carry all of them out in the state; its picture is drawn once, when it is asked for."""
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Make every table; references wait until all are there."""
        del from_state
        for model in to_state.apps.get_app_config(app_label).get_models():
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.create_model(model)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Drop every table."""
        del to_state
        for model in from_state.apps.get_app_config(app_label).get_models():
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                schema_editor.delete_model(model)
