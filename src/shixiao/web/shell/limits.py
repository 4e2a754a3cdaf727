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
    key = _key(request, what)
    cache.add(key, 0, HOUR)
    try:
        tries = cache.incr(key)
    except ValueError:  # its hour ended between the two
        return
    if tries > most:
        raise Forbidden(refusal)


def forgive(request: HttpRequest, what: str) -> None:
    """Count a try no longer: it was right, and limits are for guesses.

    Many who are right may share an address: a counter, a community centre, a household.
    """
    try:
        cache.decr(_key(request, what))
    except ValueError:  # the hour ended meanwhile, and with it the count
        return


def _key(request: HttpRequest, what: str) -> str:
    return f"{what}:{request.META.get('REMOTE_ADDR', '')}"
