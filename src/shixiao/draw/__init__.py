"""抽签: one verifiable draw for evaluators, experts, inspectors, services, cases and hearings."""

from shixiao.draw.distribution import LEXIMIN, MAXIMIN
from shixiao.draw.drawing import Drawn, Order, draw, hash_of
from shixiao.draw.freezing import ALGORITHMS, PLAIN, PPS, Frozen, freeze
from shixiao.draw.hashing import own_salt, seed_of, token_of
from shixiao.draw.pool import Pool
from shixiao.draw.quotas import Quota
from shixiao.draw.reading import read_excluded, read_pool, read_quotas
from shixiao.draw.reading_back import frozen_of, read_frozen, read_json, thaw
from shixiao.draw.replacing import panel_of, replace
from shixiao.draw.sealing import commit, opens
from shixiao.draw.verifying import VERIFIER, Checked, verify

__all__ = [
    "ALGORITHMS",
    "LEXIMIN",
    "MAXIMIN",
    "PLAIN",
    "PPS",
    "VERIFIER",
    "Checked",
    "Drawn",
    "Frozen",
    "Order",
    "Pool",
    "Quota",
    "commit",
    "draw",
    "freeze",
    "frozen_of",
    "hash_of",
    "opens",
    "own_salt",
    "panel_of",
    "read_excluded",
    "read_frozen",
    "read_json",
    "read_pool",
    "read_quotas",
    "replace",
    "seed_of",
    "thaw",
    "token_of",
    "verify",
]
