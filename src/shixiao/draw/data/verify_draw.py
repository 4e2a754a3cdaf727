"""Check the record of a draw with nothing but Python: python verify_draw.py < TRANSCRIPT.json"""

import json
import sys
from hashlib import sha256
from itertools import accumulate

r = json.load(sys.stdin.buffer)
f, seed, people, one = r["frozen"], r["seed"], r["frozen"].pop("people"), 2**53
lots, size, called = f["distribution"], f["size"], r["panel"] + r["replacements"]


def sha(value: object, before: bytes = b"") -> bytes:  # of canonical JSON
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(before + text.encode()).digest()


def number(limit: int, *purpose: str) -> int:  # below the limit, from the seed
    return int.from_bytes(sha([f["version"], f["tag"], seed["value"], *purpose])) * limit >> 256


def pick(parts: list[int], *purpose: str) -> int:  # the place in whose share the number falls
    found = number(sum(parts), *purpose)
    return sum(end <= found for end in accumulate(parts))


tree = [sha(entry, b"\0") for entry in (f, *people)]
while len(tree) > 1:  # RFC 6962
    pairs = zip(tree[::2], tree[1::2], strict=False)
    tree = [sha256(b"\1" + a + b).digest() for a, b in pairs] + tree[len(tree) & ~1 :]
made = [f["version"], "seed", f["tag"], tree[0].hex(), seed["announced"], seed["head"]]
ok = [made[3] == r["root"], None in made or sha(made).hex() == seed["value"]]
order = sorted((number(1 << 256, "rank", row[0]), row) for row in people)
if f["algorithm"] == "pps":  # marks at equal distances along the pool in order of rank
    start, ends = number(one, "start"), list(accumulate(row[3] for _, row in order))
    drawn = [p for (_, p), end in zip(order, ends, strict=True) if (end - 1 - start) % one < p[3]]
    rest, ok[2:] = [row for row in people if row not in drawn], [ends[-1] == size * one]
    while len(drawn) < size + r["asked"] and any(row[3] for row in rest):
        drawn.append(rest.pop(pick([row[3] for row in rest], "reserve", str(len(drawn)))))
else:  # a composition by lot, then by rank: round 0 of each type is seated, the next stand in
    groups = [[pair for pair in order if pair[1][1] == kind] for kind in range(len(f["types"]))]
    for seats in [list(zip(lot["counts"], groups, f["types"], strict=True)) for lot in lots]:
        ok += [sum(n for n, *_ in seats) == size, all(0 <= n <= len(g) for n, g, _ in seats)]
        for q in f["quotas"]:
            seated = (n for n, _, k in seats if k[q["category"]] == q["feature"])
            ok += [q["min"] <= sum(seated) <= q["max"]]
    parts = [lot["parts"] for lot in lots]
    chosen = zip(lots[pick(parts, "lottery")]["counts"], groups, strict=True)
    rounds = ((place // n, *pair) for n, g in chosen if n for place, pair in enumerate(g))
    drawn, ok[2:2] = [row for *_, row in sorted(rounds)][: size + r["asked"]], [sum(parts) == one]
ok += [[row[0] for row in drawn] == called, len({row[0] for row in people}) == len(people)]
ok += [bool(r["redraw_of"]) == bool(r["reason"])]
later = f" as drawn; not checked: {len(r['amendments'])} withdrawals" if r["amendments"] else ""
print("Valid" + later if all(ok) else "Not valid")
sys.exit(not all(ok))
