"""The Django application of the pages."""

from __future__ import annotations

from django.apps import AppConfig
from django.forms import Field


class Web(AppConfig):
    """Pages, templates and static files; nothing of it is stored."""

    name = "shixiao.web"
    label = "web"

    def ready(self) -> None:
        """Let every form ask for what is missing in our words."""
        from shixiao.web.shell.pages import words  # noqa: PLC0415 (needs the records, ready now)

        required = words("请填写这一项。", "Fill this in.")
        Field.default_error_messages = Field.default_error_messages | {"required": required}
