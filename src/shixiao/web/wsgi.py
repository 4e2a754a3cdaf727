"""The entry of WSGI servers."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shixiao.web.settings")
application = get_wsgi_application()

# All pages are imported before the first request, or whoever comes first would wait for seconds.
get_resolver().url_patterns  # noqa: B018 - that it is looked at is what imports them
