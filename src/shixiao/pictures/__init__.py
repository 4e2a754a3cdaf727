"""图: pictures as SVG text, drawn on the server: ribbon, maps, networks, intervals, funnel."""

from shixiao.pictures.counts import CountBar, counts_svg
from shixiao.pictures.funnel import FunnelPoint, funnel_limits, funnel_svg, standing
from shixiao.pictures.hands import HandBox, hands_svg
from shixiao.pictures.intervals import IntervalRow, interval_plot, interval_svg
from shixiao.pictures.network import Became, Link, Place, network_svg
from shixiao.pictures.process_map import (
    Arc,
    Choice,
    Node,
    ProcessMap,
    choose,
    process_caption,
    process_map_svg,
)
from shixiao.pictures.ribbon import Bar, Material, Ribbon, Segment, Who, ribbon_svg
from shixiao.pictures.scale import duration, linear_ticks, log_ticks, shown
from shixiao.pictures.shares import Share, Shares, shares_svg
from shixiao.pictures.svg import as_file

__all__ = [
    "Arc",
    "Bar",
    "Became",
    "Choice",
    "CountBar",
    "FunnelPoint",
    "HandBox",
    "IntervalRow",
    "Link",
    "Material",
    "Node",
    "Place",
    "ProcessMap",
    "Ribbon",
    "Segment",
    "Share",
    "Shares",
    "Who",
    "as_file",
    "choose",
    "counts_svg",
    "duration",
    "funnel_limits",
    "funnel_svg",
    "hands_svg",
    "interval_plot",
    "interval_svg",
    "linear_ticks",
    "log_ticks",
    "network_svg",
    "process_caption",
    "process_map_svg",
    "ribbon_svg",
    "shares_svg",
    "shown",
    "standing",
]
