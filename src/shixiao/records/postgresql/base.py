"""A connection that is kept is looked at before each request, which costs no way to the server.

Django asks ``SELECT 1`` each time. A server that ends connections closes them, so that something is
there to be read though nothing was asked; only then is it asked as Django does.
"""

from __future__ import annotations

from select import POLLIN, poll

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL."""

    def is_usable(self) -> bool:
        """Say whether the connection can be used; one at rest from which nothing comes can."""
        held = self.connection
        if held is None or held.closed:
            return False
        looked = poll()
        looked.register(held.fileno(), POLLIN)
        return not looked.poll(0) or bool(super().is_usable())
