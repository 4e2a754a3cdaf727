"""How often one address may send a form that takes no account."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

from shixiao.terms import Text
from shixiao.workflows.refusals import Forbidden

HOUR = 3600


def limit(request: HttpRequest, what: str, most: int, refusal: Text) -> None:
    """Refuse more than so many tries an hour from one address.

    Raises:
        Forbidden: there were too many; it says ``refusal``.
    """
    key = f"{what}:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, HOUR)
    if cache.incr(key) > most:
        raise Forbidden(refusal)
