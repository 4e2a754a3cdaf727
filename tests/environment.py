"""The environment of tests: loaded before Django reads its settings.

Records, files and keys go into a folder of their own; a run on PostgreSQL names its database in
DATABASE_URL (see ``tests.postgres``).
"""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("SHIXIAO_DATA", tempfile.mkdtemp(prefix="shixiao-tests-"))
os.environ.setdefault("SHIXIAO_SECRET_KEY", "a key for tests")
