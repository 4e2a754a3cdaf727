"""What the evidence holds for each indicator, and what is missing where it does not."""

from __future__ import annotations

from shixiao.checkup.index.catalogue import Indicator
from shixiao.checkup.scene import Scene
from shixiao.terms import Text

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
    if table == "profile":
        profile = scene.profile
        if profile is None:
            return Text("证据中没有办件", "the evidence holds no cases")
        if not profile.knows("service_id"):
            return NO_SERVICE
        if profile.knows(column):
            return None
        return profile.missing.get(column) or Text(
            f"不知道办件的 {column}", f"{column} of cases is not known"
        )
    if table == "cases":
        if scene.profile is not None and not scene.profile.knows("service_id"):
            return NO_SERVICE
        known = scene.profile is not None and (not column or scene.profile.knows(column))
        if known:
            return None
        return scene.lacking(table, *([column] if column else [])) or Text(
            f"缺少 cases 表的 {column} 列", f"table cases has no column {column}"
        )
    return scene.lacking(table, *([column] if column else []))
