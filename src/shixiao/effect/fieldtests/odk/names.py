"""Names of the form's fields: what writes the form and what reads it back agree on them."""

from __future__ import annotations

import re

AT, PHOTO, ABOUT, STEP = "__at", "__photo", "about__", "step__"
START, END, ITEM, EVALUATOR, FORM = "start", "end", "item", "evaluator", "form"
PROTOCOL, VERSION, SHA256 = "protocol", "protocol_version", "protocol_sha256"
MODE, AUDIENCE = "mode", "audience"
YES, NO = "yes", "no"
CODE_PATTERN = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
CODE = re.compile(CODE_PATTERN)
