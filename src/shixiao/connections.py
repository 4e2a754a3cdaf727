"""How many connections a server of ours holds at a time."""

from __future__ import annotations

import resource

CONNECTIONS = 8_192
"""Of each worker. Browsers and proxies keep theirs open, and whoever comes when no place is left
waits until one closes: granian's 1,024 for all workers let a crowd that rests keep others out."""
SPARE = 1_024  # files that a worker opens beside its connections


def allow_connections() -> None:
    """Let this process and its children open as many files as that takes, as far as they may.

    Systems often allow 1,024 until a program asks for more.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + SPARE
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
