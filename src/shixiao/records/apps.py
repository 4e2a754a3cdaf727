"""The Django application of the records."""

from __future__ import annotations

from django.apps import AppConfig


class Records(AppConfig):
    """All tables of the site under one label and one history of migrations."""

    name = "shixiao.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
