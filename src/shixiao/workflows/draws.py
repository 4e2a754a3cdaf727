"""The draw service: pools are frozen, drawn from by a public value, and revealed for all to check.

The ledger's head that goes into the seed is the one at which the pool was frozen: whoever draws
can choose neither the pool, nor the head, nor the value, nor the moment.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao import draw as lots
from shixiao.checkup.report.speech import both_days
from shixiao.records.models import Draw
from shixiao.seals import canonical_json
from shixiao.terms import Text, Unavailable
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.log import head
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

NO_SOURCE = Text(
    "请写明将由哪个公开数值决定抽签，例如某日福利彩票的开奖号码。",
    "Name the public value that will decide the draw, such as the numbers of a lottery on a day.",
)
TOO_EARLY = Text(
    "约定的公开数值要到 {day} 才揭晓，之前不能抽签。",
    "The public value becomes known on {day}; nothing can be drawn before.",
)
NOT_LATER = Text(
    "揭晓日期须晚于今天：冻结之后才出现的数值，谁也无法左右。",
    "The day has to lie after today: nobody can choose a value that comes after the freezing.",
)
NO_VALUE = Text("请写入揭晓的公开数值。", "Enter the public value as it became known.")
NO_HEAD = Text(
    "存证账本还没有检查点，不能冻结抽签池。请管理员确认后台任务在运行。",
    "The ledger has no checkpoint yet, so no pool can be frozen. Have the administrator see that"
    " the worker runs.",
)
NO_REASON = Text(
    "重抽须写明理由，理由将公开。", "A draw is repeated with a reason, which is public."
)


@dataclass(frozen=True, slots=True)
class Lot:
    """What is to be drawn.

    Attributes:
        tag: what; also keeps draws from one value apart.
        pool: from whom or what.
        size: how many.
        algorithm: one of ``shixiao.draw``.
        about: of which service or item.
        quotas: bounds on features of those drawn.
        excluded: id → why it cannot be drawn.
        floor: least chance of each.
        replacements: how many stand by in rank; None for all.
    """

    tag: str
    pool: lots.Pool
    size: int
    algorithm: str
    about: str = ""
    quotas: Sequence[lots.Quota] = ()
    excluded: Mapping[str, str] = field(default_factory=dict)
    floor: float | None = None
    replacements: int | None = None

    def to_json(self, salt: str) -> dict[str, Any]:
        """Return the lot as plain values, with its salt."""
        return {
            "ids": list(self.pool.ids),
            "features": {name: list(values) for name, values in self.pool.features.items()},
            "weights": None if self.pool.weights is None else list(self.pool.weights),
            "size": self.size,
            "algorithm": self.algorithm,
            "quotas": [[q.category, q.feature, q.least, q.most] for q in self.quotas],
            "excluded": dict(self.excluded),
            "floor": self.floor,
            "replacements": self.replacements,
            "salt": salt,
        }


@dataclass(frozen=True, slots=True)
class Public:
    """The public value that decides: where it comes from, and when it becomes known."""

    source: str
    day: date


def check_public(public: Public, at: datetime) -> None:
    """Refuse a value that is unnamed, or could be known when the pool is frozen.

    Raises:
        Incomplete: it is.
    """
    if not public.source.strip():
        raise Incomplete(NO_SOURCE, field="source")
    if public.day <= timezone.localdate(at):
        raise Incomplete(NOT_LATER, field="source_day")


def freeze(lot: Lot, *, subject: str, public: Public, at: datetime) -> Draw:
    """Freeze a pool and put its root on record, before anybody can know the value."""
    return _freeze(lot, subject, at, salt=secrets.token_hex(16), head=_head(), public=public)


def freeze_below(lot: Lot, above: Draw, *, at: datetime, former: Draw | None = None) -> Draw:
    """Freeze a pool that follows from a draw before, such as the cases of a service that was drawn.

    The value may be known by now, so nothing is left to choose: head and salt follow from
    ``above``.
    """
    salt = sha256(f"{above.pool['salt']}/{lot.tag}/{lot.about}".encode()).hexdigest()[:32]
    return _freeze(lot, above.subject, at, salt=salt, head=above.head, former=former)


def _freeze(
    lot: Lot,
    subject: str,
    at: datetime,
    *,
    salt: str,
    head: str,
    public: Public | None = None,
    former: Draw | None = None,
) -> Draw:
    _within_transaction()
    frozen = _frozen(lot.to_json(salt), lot)
    made = Draw.objects.create(
        subject=subject,
        tag=lot.tag,
        about=lot.about,
        root=frozen.root,
        pool=lot.to_json(salt),
        source=public.source.strip() if public else "",
        source_day=public.day if public else None,
        head=head,
        frozen_at=at,
        former=former,
    )
    facts = {
        "tag": lot.tag,
        "root": made.root,
        "source": made.source,
        "day": public.day.isoformat() if public else "",
        "origin_root": made.head,
        "commission": subject,
    }
    put("draw.frozen", made.code, at=at, facts=facts)
    return made


def frozen_of(draw: Draw) -> lots.Frozen:
    """Return what a draw was frozen as, with the chance of each."""
    return _frozen(draw.pool, _lot(draw))


def check_value(draw: Draw, announced: str, at: datetime) -> str:
    """Return the announced value.

    Raises:
        Incomplete: it is not there, or cannot be known yet.
    """
    if draw.source_day and timezone.localdate(at) < draw.source_day:
        raise Incomplete(TOO_EARLY.format(day=both_days(draw.source_day)), field="announced")
    if not announced.strip():
        raise Incomplete(NO_VALUE, field="announced")
    return announced.strip()


def make(
    draw: Draw, *, announced: str, actor: Actor, at: datetime, reason: str = ""
) -> tuple[str, ...]:
    """Draw from a frozen pool; return the ids drawn. ``draw`` then is the row as it was saved.

    Raises:
        Stale: it was drawn already; it is never drawn twice.
        Incomplete: there is no value, or a draw is repeated without a reason.
    """
    _within_transaction()
    if not announced:
        raise Incomplete(NO_VALUE, field="announced")
    held = Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk)
    if held.drawn is not None:
        raise Stale(CHANGED)
    former = held.former
    if former is not None and not reason.strip():
        raise Incomplete(NO_REASON, field="reason")
    lot = _lot(held)
    frozen = _frozen(held.pool, lot)
    result = lots.draw(
        frozen,
        seed=lots.seed_of(frozen.root, announced=announced, head=held.head, tag=held.tag),
        replacements=len(lot.pool.ids) if lot.replacements is None else lot.replacements,
        announced=announced,
        head=held.head,
        redraw_of=former.transcript if former else None,
        reason=reason.strip() or None,
    )
    held.announced, held.reason = announced, reason.strip()
    held.seed, held.drawn = result.transcript["seed"]["value"], at
    _on_record(held, result.transcript, actor, at)
    draw.refresh_from_db()
    return tuple(result.panel)


def replace(draw: Draw, withdrawn: str, *, actor: Actor, at: datetime, reason: str) -> str | None:
    """Let the next in rank take the place of one who withdrew; return who, if anybody is left.

    The amended transcript names the one before by its hash, and both stay.

    Raises:
        BadInput: nobody is left.
    """
    _within_transaction()
    token = lots.token_of(withdrawn, draw.pool["salt"])
    amended = lots.replace(draw.transcript, withdrawn=token, reason=reason)
    made = Draw(
        **{name: getattr(draw, name) for name in _SAME}, drawn=at, reason=reason, former=draw
    )
    _on_record(made, amended, actor, at)
    return _ids(draw).get(amended["amendments"][-1]["replaced_by"] or "")


_SAME = ("subject", "tag", "about", "root", "pool", "frozen_at", "seed", "announced", "head")


def drawn_of(draw: Draw) -> list[str]:
    """Return the ids that are drawn after all amendments; empty before the draw."""
    ids = _ids(draw)
    return [ids[token] for token in lots.panel_of(draw.transcript)] if draw.transcript else []


def standing_by(draw: Draw) -> list[str]:
    """Return the ids that stand by, in the order in which they are called."""
    ids = _ids(draw)
    return [ids[token] for token in draw.transcript["replacements"]] if draw.transcript else []


def _ids(draw: Draw) -> dict[str, str]:
    """Return the id behind each salted hash of a transcript."""
    return {lots.token_of(each, draw.pool["salt"]): each for each in draw.pool["ids"]}


def reveal(subject: str, *, at: datetime) -> int:
    """Make the draws of a record public: pool, seed and all; return how many there are."""
    _within_transaction()
    waiting = Draw.objects.filter(subject=subject, revealed__isnull=True, drawn__isnull=False)
    for draw in waiting.select_for_update(of=("self",)):
        draw.revealed = at
        draw.save(update_fields=["revealed"])
        facts = {"sha256": lots.hash_of(draw.transcript), "commitment": draw.commitment}
        put("draw.revealed", draw.code, at=at, facts=facts)
    return len(waiting)


def _on_record(made: Draw, transcript: dict[str, Any], actor: Actor, at: datetime) -> None:
    """Write the leaf of a draw and save it; until it is revealed a commitment stands for it."""
    made.transcript, made.nonce = transcript, secrets.token_hex(32)
    made.commitment = lots.commit(transcript, made.nonce)
    facts = {
        "tag": made.tag,
        "root": made.root,
        "commitment": made.commitment,
        "value": made.announced,
        "previous": made.former.code if made.former else "",
        "commission": made.subject,
    }
    sealed = {"reason": made.reason, "actor": actor.account}
    made.leaf = put("draw.made", made.code, at=at, facts=facts, sealed=sealed)
    made.save()


def transcript_file(draw: Draw) -> bytes:
    """Return the transcript as the file that verifiers read."""
    return canonical_json(draw.transcript)


def _lot(draw: Draw) -> Lot:
    kept = draw.pool
    features = {name: tuple(values) for name, values in kept["features"].items()}
    weights = None if kept["weights"] is None else tuple(kept["weights"])
    return Lot(
        tag=draw.tag,
        pool=lots.Pool(tuple(kept["ids"]), features, weights),
        size=kept["size"],
        algorithm=kept["algorithm"],
        about=draw.about,
        quotas=tuple(lots.Quota(*quota) for quota in kept["quotas"]),
        excluded=kept["excluded"],
        floor=kept["floor"],
        replacements=kept["replacements"],
    )


def _frozen(kept: Mapping[str, Any], lot: Lot) -> lots.Frozen:
    return lots.freeze(
        lot.pool,
        size=lot.size,
        quotas=lot.quotas,
        excluded=lot.excluded,
        algorithm=lot.algorithm,
        tag=lot.tag,
        salt=kept["salt"],
        floor=lot.floor or 0,
    )


def _head() -> str:
    """Return the root of the ledger's newest checkpoint, in hex.

    Raises:
        Unavailable: there is none.
    """
    found = head()
    if found is None:
        raise Unavailable(NO_HEAD)
    return found.root.hex()


def _within_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A draw belongs to the transaction of what it decides")
