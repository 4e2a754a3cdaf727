"""What the evidence holds for each indicator, and what is missing where it does not."""

from __future__ import annotations

from shixiao.checkup.index.catalogue import Indicator
from shixiao.checkup.scene import Scene
from shixiao.terms import Text

NO_CASES = Text("证据中没有办件", "the evidence holds no cases")
NO_SERVICE = Text("办件没有事项编码，分不出服务", "cases name no service, so none can be scored")


def lacking(scene: Scene, item: Indicator) -> Text | None:
    """Name what an indicator needs and the evidence does not hold; None when all is there."""
    for need in item.needs:
        reasons = [_lacking(scene, option) for option in need.split("|")]
        if all(reason is not None for reason in reasons):
            return reasons[0]
    return None


def _lacking(scene: Scene, need: str) -> Text | None:
    table, _, column = need.partition(".")
    if table not in ("profile", "cases"):
        return scene.lacking(table, *([column] if column else []))
    profile = scene.profile
    if profile is None:
        return NO_CASES
    if not profile.knows("service_id"):
        return NO_SERVICE
    if not column or profile.knows(column):
        return None
    unknown = Text(f"不知道办件的 {column}", f"{column} of cases is not known")
    return profile.missing.get(column) or scene.lacking("cases", column) or unknown
