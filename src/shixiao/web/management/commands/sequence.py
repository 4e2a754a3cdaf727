"""The sequencer as a process of its own; ``shixiao worker`` starts it."""

from __future__ import annotations

import signal
import sys
import threading
from typing import Any

from django.core.management.base import BaseCommand

from shixiao.ledger import Malformed
from shixiao.terms import Unavailable
from shixiao.workflows.sequencer import keep_up

OUTSIDE_FAILED = 3


class Command(BaseCommand):
    """Integrates leaves until told to stop."""

    help = "Put leaves into the ledger until stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run; the exit code is 3 where the ledger must not be written any more."""
        del args, options
        stopped = threading.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: stopped.set())
        try:
            keep_up(stopped)
        except (Malformed, Unavailable) as error:
            self.stderr.write(str(error))
            sys.exit(OUTSIDE_FAILED)
