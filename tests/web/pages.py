"""The pages of the site that are looked at: by the tests of every page, and by ``make shots``.

Whoever adds a page adds a line.
"""

from __future__ import annotations

from typing import NamedTuple


class Shown(NamedTuple):
    """A page: its name in pictures, its address, and the role of who looks ("" for nobody)."""

    name: str
    path: str
    role: str = ""


PAGES = (
    Shown("front", "/"),
    Shown("inbox", "/inbox/", "analyst"),
    Shown("monday", "/monday/"),
    Shown("search", "/search/?q=insurance"),
    Shown("services", "/services/"),
    Shown("findings", "/findings/"),
    Shown("catalogue", "/catalogue/"),
    Shown("catalogue-counts", "/catalogue/statistics/"),
    Shown("catalogue-import", "/catalogue/import/", "analyst"),
    Shown("requests", "/requests/"),
    Shown("disputes", "/disputes/"),
    Shown("sharing", "/sharing/"),
    Shown("network", "/sharing/network/"),
    Shown("silos", "/silos/"),
    Shown("bulletins", "/sharing/bulletins/", "analyst"),
    Shown("meetings", "/meetings/"),
    Shown("meeting-add", "/meetings/add/", "inspector"),
    Shown("corrections", "/corrections/"),
    Shown("grants", "/grants/"),
    Shown("gateways", "/gateways/", "analyst"),
    Shown("gateway-add", "/gateways/add/", "analyst"),
    Shown("uses", "/account/data/", "citizen"),
    Shown("assets", "/assets/", "data_officer"),
    Shown("incidents", "/incidents/", "officer"),
    Shown("incident-add", "/incidents/add/", "head"),
    Shown("inspections", "/inspections/"),
    Shown("inspection-add", "/inspections/add/", "analyst"),
    Shown("life", "/life/", "analyst"),
    Shown("inventories", "/inventories/", "analyst"),
    Shown("inventory-add", "/inventories/add/", "data_officer"),
    Shown("matches", "/matches/", "analyst"),
    Shown("match-add", "/matches/add/", "data_officer"),
    Shown("match-enter", "/matches/enter/", "data_officer"),
    Shown("matches-learned", "/matches/learned/", "analyst"),
    Shown("standards", "/standards/"),
    Shown("standard-conflicts", "/standards/conflicts/"),
    Shown("standards-import", "/standards/import/", "analyst"),
    Shown("evaluations", "/evaluations/", "analyst"),
    Shown("cases", "/cases/", "inspector"),
    Shown("observe", "/cases/observe/", "inspector"),
    Shown("board", "/cases/board/", "inspector"),
    Shown("handlers", "/cases/handlers/", "inspector"),
    Shown("appraisals", "/appraisals/"),
    Shown("appraisal-add", "/appraisals/add/", "analyst"),
    Shown("report", "/report/"),
    Shown("follow", "/report/follow/"),
    Shown("parts", "/parts/"),
    Shown("missing", "/no-such-page/"),
    Shown("ledger", "/ledger/"),
    Shown("ledger-mistyped", "/ledger/?number=AAAA"),
    Shown("vocabulary", "/ledger/vocabulary/"),
    Shown("receipt-check", "/ledger/check/"),
    Shown("ledger-entries", "/ledger/entries/", "auditor"),
    Shown("ledger-witnesses", "/ledger/witnesses/", "administrator"),
    Shown("sign-in", "/account/login/"),
    Shown("account", "/account/", "analyst"),
    Shown("handling", "/account/handling/", "analyst"),
    Shown("password", "/account/password/", "analyst"),
    Shown("second-factor", "/account/factor/", "analyst"),
    Shown("sign-out", "/account/logout/", "analyst"),
    Shown("closed", "/account/inactive/"),
    Shown("evidence", "/evidence/", "analyst"),
    Shown("evidence-add", "/evidence/add/", "analyst"),
    Shown("hashes", "/hashes/"),
    Shown("hash-add", "/hashes/add/", "data_officer"),
    Shown("commissions", "/commissions/"),
    Shown("commission-add", "/commissions/add/", "analyst"),
    Shown("fieldwork", "/fieldwork/", "evaluator"),
    Shown("fieldwork-key", "/fieldwork/key/", "evaluator"),
    Shown("fieldwork-import", "/fieldwork/import/", "evaluator"),
    Shown("draws", "/draws/"),
    Shown("bodies", "/bodies/"),
    Shown("protocols", "/protocols/"),
    Shown("protocol", "/protocols/service/"),
    Shown("trainings", "/training/"),
    Shown("training-add", "/training/add/", "analyst"),
    Shown("people", "/people/", "administrator"),
    Shown("person-add", "/people/add/", "administrator"),
    Shown("organisations", "/organisations/", "administrator"),
    Shown("organisation-add", "/organisations/add/", "administrator"),
    Shown("relations", "/account/relations/", "inspector"),
    Shown("tokens", "/account/tokens/", "auditor"),
    Shown("cancelled", "/account/oidc/cancelled/"),
)
