"""Two departments that share data: a published dataset, a request at any step, the people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from shixiao.records.models import (
    Account,
    CatalogueItem,
    Correction,
    Dispute,
    Grant,
    SharingRequest,
)
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.catalogue import compiling
from shixiao.workflows.moving import Act
from shixiao.workflows.requests import answering, correcting, disputing, making
from shixiao.workflows.requests.answering import Agreed
from shixiao.workflows.requests.making import Wanted
from tests.cast import NOW, TODAY, Cast
from tests.sharing.catalogue import DATASET

Row = CatalogueItem | SharingRequest | Dispute | Correction | Grant
# Heads of the two sides: Zhou provides for health, Ma asks for housing.
PROVIDER, REQUESTER = "zhou", "ma"
HEALTH = replace(DATASET, provider="health")
WITHHELD = {
    "sharing": "not_shared",
    "scope": "",
    "purpose": "",
    "reason": "法律规定不得提供",
    "basis": "《中华人民共和国统计法》第二十五条",
}


@dataclass
class Deal:
    """A dataset of health, and what housing wants of it."""

    cast: Cast
    item: CatalogueItem
    at: datetime = NOW

    @property
    def today(self) -> date:
        return TODAY + (self.at - NOW)

    def later(self, days: int) -> Deal:
        """Let days pass; evaluating them counts calendar days."""
        self.at += timedelta(days=days)
        return self

    def actor(self, name: str) -> Actor:
        return actor_of(self.cast.accounts[name], today=self.today)

    def act(self, name: str, row: Row) -> Act:
        row.refresh_from_db()
        return Act(self.actor(name), self.at, row.version)

    def request(self, *, filed: bool = True, **given: Any) -> SharingRequest:
        """Write a request, and file it."""
        made = making.write(
            self.item,
            wanted(**given),
            requester=self.cast.places["housing"],
            actor=self.actor("wu"),
            at=self.at,
        )
        return making.file(made, self.act(REQUESTER, made)) if filed else made

    def agreed(self, **given: Any) -> Grant:
        request = self.request(**given)
        reassessed = max(request.starts, min(request.ends, date(2026, 9, 1)))
        terms = Agreed(reassessed, "周某，数据处处长")
        return answering.agree(request, self.act(PROVIDER, request), terms)

    def active(self, **given: Any) -> Grant:
        grant = self.agreed(**given)
        request = grant.request
        answering.deliver(request, self.act(PROVIDER, request), reason="接口已开通")
        grant.refresh_from_db()
        return grant

    def refused(self) -> SharingRequest:
        request = self.request()
        return answering.refuse(
            request,
            self.act(PROVIDER, request),
            refusal_basis="《中华人民共和国统计法》第二十五条",
            reason="涉及个体统计资料",
        )

    def correction(self, *, records: int = 1) -> Correction:
        return correcting.ask(
            self.item,
            requester=self.cast.places["housing"],
            field="姓名",
            error="张三应为张珊",
            records=records,
            actor=self.actor("wu"),
            at=self.at,
        )

    def disputed(self) -> Dispute:
        request = self.refused()
        return disputing.raise_dispute(
            request, self.act(REQUESTER, request), claim="不属于统计资料，是行政登记数据。"
        )


def wanted(**given: Any) -> Wanted:
    fields: dict[str, Any] = {
        "basis": "《社会救助暂行办法》第十一条",
        "scenario": "办理公租房申请时核对户籍",
        "purpose": "核对户籍",
        "fields": ["公民身份号码"],
        "mode": "interface",
        "starts": date(2026, 4, 1),
        "ends": date(2027, 3, 31),
        "case_types": ["公租房申请"],
    }
    return Wanted(**(fields | given))


def dealing(cast: Cast, **changed: Any) -> Deal:
    """Publish a dataset of health, by the way that every entry goes."""
    for login, role in ((REQUESTER, "head"), ("he", "data_officer")):
        if login not in cast.accounts:
            account = Account.objects.create_user(login, name=login.capitalize())
            account.posts.create(
                organisation=cast.places["housing"], role=role, starts=date(2026, 1, 1)
            )
            cast.accounts[login] = account
    return Deal(cast, published(cast, **changed))


def published(cast: Cast, **changed: Any) -> CatalogueItem:
    item = drafted(cast, **changed)
    for act, name in ((compiling.submit, "chu"), (compiling.publish, "li")):
        item = act(item, Act(cast.actor(name), NOW, item.version))
    return item


def drafted(cast: Cast, **changed: Any) -> CatalogueItem:
    return compiling.compile_entry(
        replace(HEALTH, **changed),
        department=cast.places["health"],
        actor=cast.actor("chu"),
        at=NOW,
    )
