"""The state of sharing as JSON: silos with their savings, and the network of departments."""

from __future__ import annotations

from typing import Any

from shixiao.checkup.sharing_state import SharingState
from shixiao.sharing.silos import Network, Node, Openness, Saving, SiloSaving, Tie
from shixiao.terms import significant


def sharing_json(state: SharingState) -> dict[str, Any]:
    """Return the state; what is not known is None and its reason is named."""
    reasons = {
        "silos": state.why_no_silos,
        "saved": state.why_no_saving,
        "network": state.why_no_net,
    }
    return {
        "silos": None if state.silos is None else [_silo(one, state) for one in state.silos],
        "saved": None if state.saved is None else _saving(state.saved),
        "network": None if state.net is None else _network(state.net, state),
        "not_assessable": {
            name: reason.to_json() for name, reason in reasons.items() if reason is not None
        },
    }


def _silo(one: SiloSaving, state: SharingState) -> dict[str, Any]:
    need, holding = one.silo.need, one.silo.holding
    return {
        "service": need.service_id,
        "service_name": state.service(need.service_id).to_json(),
        "department": need.department_id,
        "item": need.item_id,
        "name": state.item(need).to_json(),
        "kind": "field" if need.field else "material",
        "element": need.element_id,
        "channels": list(one.channels),
        "holder": holding.department_id,
        "holder_name": state.department(holding.department_id).to_json(),
        "dataset": holding.dataset_id,
        "sharing": str(holding.sharing),
        "way": str(one.silo.way),
        "grant": one.silo.grant_id,
        "cases": None if one.cases is None else one.cases.to_json(),
        "saving": None if one.saving is None else _saving(one.saving),
    }


def _saving(saving: Saving) -> dict[str, Any]:
    return {
        "documents": saving.documents.to_json(),
        "fields": saving.fields.to_json(),
        "trips": saving.trips.to_json(),
        "hours": saving.hours.to_json(),
        "money": saving.money.to_json(),
    }


def _network(net: Network, state: SharingState) -> dict[str, Any]:
    return {
        "nodes": [_node(node, state) for node in net.nodes],
        "edges": [_edge(edge) for edge in net.edges],
    }


def _node(node: Node, state: SharingState) -> dict[str, Any]:
    terms = node.terms
    return {
        "department": node.department_id,
        "name": state.department(node.department_id).to_json(),
        "datasets": {
            "unconditional": terms.free,
            "conditional": terms.on_condition,
            "not_shared": terms.closed,
            "withheld": terms.withheld,
        },
        "answers": None if node.answers is None else _answers(node.answers),
        "silent": node.silent,
        "asks": node.asks,
        "serves": node.serves,
        "fetches": node.fetches,
    }


def _answers(answers: Openness) -> dict[str, Any]:
    return {
        "asked": answers.asked,
        "answered": answers.answered.to_json(),
        "in_time": answers.in_time.to_json(),
        "refused": answers.refused.to_json(),
        "days": answers.days.to_json(),
        "unreasoned": len(answers.unreasoned),
        "unanswered": len(answers.silent),
    }


def _edge(edge: Tie) -> dict[str, Any]:
    return {
        "from": edge.asker,
        "to": edge.provider,
        "asked": edge.asked,
        "granted": edge.granted,
        "refused": edge.refused,
        "waiting": edge.waiting,
        "silent": edge.silent,
        "days": significant(edge.days),
        "exchanges": edge.used,
    }
