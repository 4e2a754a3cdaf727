"""Every address of the site. Each name must stand in ``access.yaml``."""

from __future__ import annotations

from allauth.account import views as allauth
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as single_sign_on
from django.urls import include, path

from shixiao.sharing.assets import Regime
from shixiao.web.account import uses
from shixiao.web.account import views as account
from shixiao.web.algorithms import acting as algorithm_acts
from shixiao.web.algorithms import views as algorithms
from shixiao.web.api import metrics, operations
from shixiao.web.appraisals import comments
from shixiao.web.appraisals import views as appraisals
from shixiao.web.assets import views as assets
from shixiao.web.bodies import views as bodies
from shixiao.web.cases import board, documents, entering, group, handlers, reports
from shixiao.web.cases import views as cases
from shixiao.web.catalogue import imports
from shixiao.web.catalogue import statistics as catalogue_statistics
from shixiao.web.catalogue import views as catalogue
from shixiao.web.commissions import sheets
from shixiao.web.commissions import tables as commission_tables
from shixiao.web.commissions import views as commissions
from shixiao.web.conformance import views as conformance
from shixiao.web.consultations.addresses import CONSULTATIONS
from shixiao.web.decisions import views as decisions
from shixiao.web.draws import views as draws
from shixiao.web.evaluations import views as evaluations
from shixiao.web.evidence import hashes, mapping
from shixiao.web.evidence import views as evidence
from shixiao.web.exchange import views as exchange
from shixiao.web.fieldwork import importing, sending, signing
from shixiao.web.fieldwork import views as fieldwork
from shixiao.web.fieldwork import worker as fieldwork_worker
from shixiao.web.findings import views as findings
from shixiao.web.follow import views as follow
from shixiao.web.gateways import exchanges
from shixiao.web.gateways import views as gateways
from shixiao.web.grants import placing
from shixiao.web.grants import views as grants
from shixiao.web.home import views as home
from shixiao.web.incidents import views as incidents
from shixiao.web.inspections import views as inspections
from shixiao.web.inventories import views as inventories
from shixiao.web.ledger import files as ledger_files
from shixiao.web.ledger import views as ledger
from shixiao.web.ledger import witnessing
from shixiao.web.lifecycle import copies
from shixiao.web.lifecycle import views as lifecycle
from shixiao.web.matches import deciding as match_deciding
from shixiao.web.matches import views as matches
from shixiao.web.meetings import views as meetings
from shixiao.web.monday import views as monday
from shixiao.web.objections import views as objections
from shixiao.web.parts import views as parts
from shixiao.web.people import organisations, own
from shixiao.web.people import views as people
from shixiao.web.protocols import views as protocols
from shixiao.web.receipts import views as receipts
from shixiao.web.requests import corrections, disputes
from shixiao.web.requests import views as requests
from shixiao.web.reviews import views as algorithm_reviews
from shixiao.web.search import views as search
from shixiao.web.sharing import bulletins, network, silos
from shixiao.web.sharing import views as sharing
from shixiao.web.shell import choices
from shixiao.web.shell.rooms import by_rooms
from shixiao.web.standards import views as standards
from shixiao.web.studies import views as studies
from shixiao.web.subjects import views as subjects
from shixiao.web.systems import acting as system_acts
from shixiao.web.systems import bundles as system_bundles
from shixiao.web.systems import probing as system_runs
from shixiao.web.systems import rulings as system_rulings
from shixiao.web.systems import runners as system_runners
from shixiao.web.systems import views as systems
from shixiao.web.training import views as training
from shixiao.web.training import warnings
from shixiao.web.voices.addresses import VOICES

ADDRESSES = [
    path("", home.front, name="home"),
    path("inbox/", home.inbox, name="inbox"),
    path("inbox/<uuid:notice>/", home.read_notice, name="notice"),
    path("monday/", monday.week, name="monday"),
    path("search/", search.find, name="search"),
    path("follow/", follow.follow, name="follow_any"),
    path("services/", subjects.listing, {"kind": "service"}, name="services"),
    path("services/<slug:slug>/", subjects.one, {"kind": "service"}, name="service"),
    path("departments/", subjects.listing, {"kind": "department"}, name="departments"),
    path("departments/<slug:slug>/", subjects.one, {"kind": "department"}, name="department"),
    path("apps/", subjects.listing, {"kind": "app"}, name="apps"),
    path("apps/<slug:slug>/", subjects.one, {"kind": "app"}, name="app"),
    path("platforms/", subjects.listing, {"kind": "system"}, name="systems"),
    path("platforms/<slug:slug>/", subjects.one, {"kind": "system"}, name="system"),
    path("findings/", findings.listing, name="findings"),
    path("findings/<slug:code>/", findings.one, name="finding"),
    path("findings/<slug:code>/case/", findings.open_case, name="finding_case"),
    path("catalogue/", catalogue.listing, name="datasets"),
    path("catalogue/add/", catalogue.add, name="dataset_add"),
    path("catalogue/import/", imports.add, name="datasets_harvest"),
    path("catalogue/imports/<slug:code>/", imports.one, name="dataset_import"),
    path("catalogue/statistics/", catalogue_statistics.show, name="datasets_statistics"),
    path("catalogue/<slug:code>/", catalogue.one, name="dataset"),
    path("catalogue/<slug:code>/edit/", catalogue.edit, name="dataset_edit"),
    path("catalogue/<slug:code>/ask/", requests.add, name="request_add"),
    path("catalogue/<slug:code>/correct/", corrections.add, name="correction_add"),
    path("catalogue/<slug:code>/source/", placing.place, name="dataset_source"),
    path("catalogue/<slug:code>/life/", lifecycle.one, name="dataset_life"),
    path("catalogue/<slug:code>/life/custodian/", lifecycle.custodian, name="dataset_custody"),
    path("catalogue/<slug:code>/life/evidence/", lifecycle.proof, name="dataset_proof"),
    path("catalogue/<slug:code>/life/run/", lifecycle.run, name="dataset_run"),
    path(
        "catalogue/<slug:code>/life/evidence/<uuid:entry>/",
        lifecycle.proof_file,
        name="dataset_proof_file",
    ),
    path("catalogue/<slug:code>/life/copy/", copies.add, name="dataset_copy_add"),
    path("catalogue/<slug:code>/conformance/", conformance.trend, name="dataset_conformance"),
    path("catalogue/<slug:code>/conformance/add/", conformance.add, name="dataset_conformance_add"),
    path(
        "catalogue/<slug:code>/conformance/<uuid:entry>/",
        conformance.one,
        name="dataset_conformance_one",
    ),
    path("inventories/", inventories.listing, name="inventories"),
    path("inventories/add/", inventories.add, name="inventory_add"),
    path("inventories/<slug:code>/", inventories.one, name="inventory"),
    path("inventories/<slug:code>/<uuid:entry>/", inventories.table, name="inventory_table"),
    path("inventories/<slug:code>/<uuid:entry>/draft/", inventories.draft, name="inventory_draft"),
    path("matches/", matches.listing, name="matches"),
    path("matches/add/", matches.add, name="match_add"),
    path("matches/enter/", matches.enter, name="match_enter"),
    path("matches/learned/", matches.learned, name="matches_learned"),
    path("matches/<slug:code>/", matches.one, name="match"),
    path("matches/<slug:code>/again/", matches.again, name="match_again"),
    path("matches/<slug:code>/<uuid:asked>/", match_deciding.item, name="match_item"),
    path("matches/<slug:code>/<uuid:asked>/decide/", match_deciding.decide, name="match_decide"),
    path("life/", lifecycle.listing, name="life"),
    path("copies/<slug:code>/", copies.one, name="copy"),
    path("copies/<slug:code>/<slug:verb>/", copies.act, name="copy_act"),
    path("catalogue/<slug:code>/<slug:verb>/", catalogue.act, name="dataset_act"),
    path("standards/", standards.listing, name="standards"),
    path("standards/add/", standards.add, name="standard_add"),
    path("standards/import/", standards.read_in, name="standards_import"),
    path("standards/conflicts/", standards.conflicts, name="standards_conflicts"),
    path("standards/<slug:code>/", standards.one, name="standard"),
    path("standards/<slug:code>/edit/", standards.edit, name="standard_edit"),
    path("standards/<slug:code>/revise/", standards.revise, name="standard_revise"),
    path("standards/<slug:code>/comment/", standards.remark, name="standard_remark"),
    path("standards/<slug:code>/<slug:verb>/", standards.act, name="standard_act"),
    path("requests/", requests.listing, name="requests"),
    path("requests/<slug:code>/", requests.one, name="request"),
    path("requests/<slug:code>/<slug:verb>/", requests.act, name="request_act"),
    path("disputes/", disputes.listing, name="disputes"),
    path("disputes/<slug:code>/", disputes.one, name="dispute"),
    path("disputes/<slug:code>/<slug:verb>/", disputes.act, name="dispute_act"),
    path("sharing/", sharing.overview, name="sharing"),
    path("silos/", silos.listing, name="silos"),
    path("sharing/network/", network.show, name="sharing_network"),
    path("sharing/bulletins/", bulletins.listing, name="bulletins"),
    path("sharing/bulletins/<slug:month>/", bulletins.one, name="bulletin"),
    path("sharing/<slug:code>/", sharing.department, name="sharing_department"),
    path("register/", systems.listing, name="register"),
    path("register/add/", systems.add, name="register_add"),
    path("register/systems.json", systems.signed_list, name="register_list"),
    path("register/key", systems.key, name="register_key"),
    path("register/bundles/", system_bundles.listing, name="bundles"),
    path("register/runners/", system_runners.listing, name="runners"),
    path("register/runners/<slug:code>/end/", system_runners.end, name="runner_end"),
    path("register/runs/<slug:code>/back/", system_runs.back, name="probing_back"),
    path("register/runs/<slug:code>/", system_runs.one, name="probing"),
    path("register/runs/<slug:code>/sent/", system_runs.log, name="probing_log"),
    path("register/weaknesses/<slug:code>/", system_runs.weakness, name="weakness"),
    path("register/weaknesses/<slug:code>/<uuid:entry>/", system_runs.answer, name="waiver_answer"),
    path("register/<slug:code>/", systems.one, name="registered"),
    path("register/<slug:code>/assessment/", systems.assessment, name="registered_assessment"),
    path(
        "register/<slug:code>/checklist/<slug:standard>/",
        systems.checklist,
        name="registered_checklist",
    ),
    path("register/<slug:code>/certificate/", systems.certificate, name="registered_certificate"),
    path("register/<slug:code>/ruling/", system_rulings.decide, name="registered_ruling"),
    path("register/<slug:code>/contest/", system_rulings.contest, name="registered_contest"),
    path(
        "register/<slug:code>/contest/<uuid:entry>/",
        system_rulings.answer,
        name="registered_contest_answer",
    ),
    path("register/<slug:code>/answer/<uuid:entry>/", systems.answer, name="registered_answer"),
    path("register/<slug:code>/paper/<uuid:entry>/", systems.paper, name="registered_paper"),
    path(
        "register/<slug:code>/consent/<uuid:entry>/", systems.withdraw, name="registered_withdraw"
    ),
    path("register/<slug:code>/algorithm/", algorithms.begin, name="registered_algorithm"),
    path("register/<slug:code>/<slug:doing>/", system_acts.act, name="registered_act"),
    path("algorithms/", algorithms.listing, name="algorithms"),
    path("algorithms/articles/", algorithms.articles, name="algorithm_articles"),
    path("algorithms/<slug:code>/", algorithms.one, name="algorithm"),
    path("algorithms/<slug:code>/history/", algorithms.history, name="algorithm_history"),
    path(
        "algorithms/<slug:code>/export/<slug:standard>.<slug:kind>",
        algorithms.export,
        name="algorithm_export",
    ),
    path("algorithms/<slug:code>/draft/", algorithms.draft, name="algorithm_draft"),
    path("algorithms/<slug:code>/answer/<uuid:entry>/", algorithms.answer, name="algorithm_answer"),
    path(
        "algorithms/<slug:code>/privacy/<uuid:entry>/",
        algorithms.answer_privacy,
        name="algorithm_privacy",
    ),
    path("algorithms/<slug:code>/review/", algorithm_reviews.add, name="algorithm_review"),
    path("reviews/<slug:code>/", algorithm_reviews.one, name="review"),
    path("reviews/<slug:code>/do/<slug:verb>/", algorithm_reviews.act, name="review_act"),
    path("algorithms/<slug:code>/do/<slug:doing>/", algorithm_acts.act, name="algorithm_act"),
    path("meetings/", meetings.listing, name="meetings"),
    path("meetings/add/", meetings.add, name="meeting_add"),
    path("meetings/<slug:code>/", meetings.one, name="meeting"),
    path("meetings/<slug:code>/decide/", meetings.resolve, name="meeting_resolve"),
    path("meetings/<slug:code>/<slug:verb>/", meetings.act, name="meeting_act"),
    path("resolutions/<slug:code>/", meetings.resolution, name="resolution"),
    path(
        "resolutions/<slug:code>/<slug:verb>/",
        meetings.act_on_resolution,
        name="resolution_act",
    ),
    path("corrections/", corrections.listing, name="corrections"),
    path("corrections/<slug:code>/", corrections.one, name="correction"),
    path("corrections/<slug:code>/<slug:verb>/", corrections.act, name="correction_act"),
    path("exchange/grants.json", exchange.grants, name="exchange_grants"),
    path("exchange/key", exchange.key, name="exchange_key"),
    path("gateways/", gateways.listing, name="gateways"),
    path("gateways/add/", gateways.add, name="gateway_add"),
    path("gateways/<slug:code>/", gateways.one, name="gateway"),
    path("gateways/<slug:code>/end/", gateways.end, name="gateway_end"),
    path("exchanges/<uuid:receipt>/proof/", exchanges.proof, name="exchange_proof"),
    path("grants/", grants.listing, name="grants"),
    path("grants/<slug:code>/", grants.one, name="grant"),
    path("grants/<slug:code>/exchanges/", exchanges.of_grant, name="grant_exchanges"),
    path("grants/<slug:code>/use/", grants.use, name="grant_use"),
    path("grants/<slug:code>/key/", placing.key, name="grant_key"),
    path("grants/<slug:code>/<slug:verb>/", grants.act, name="grant_act"),
    path("decisions/", decisions.own, name="decision"),
    path("decisions/letter.docx", decisions.paper, name="decision_letter"),
    path("decisions/look-up/", decisions.look_up, name="decision_look_up"),
    path("decisions/systems/<slug:code>/", decisions.of_system, name="decisions_of"),
    path("decisions/systems/<slug:code>/lay/", decisions.lay, name="decisions_lay"),
    path(
        "decisions/systems/<slug:code>/case/<slug:measure>/",
        decisions.case,
        name="decisions_case",
    ),
    path("decisions/systems/<slug:code>/check/", decisions.look, name="decisions_check"),
    path("decisions/systems/<slug:code>/workbench/", studies.workbench, name="workbench"),
    *CONSULTATIONS,
    path("objections/", objections.listing, name="objections"),
    path("objections/add/", objections.to_system, name="objection_add"),
    path("objections/decision/", objections.to_decision, name="objection_decision"),
    path("objections/follow/", objections.follow, name="objection_follow"),
    path("objections/withdraw/", objections.withdraw, name="objection_withdraw"),
    path("objections/sheet/<slug:code>/", objections.sheet, name="objection_sheet"),
    path("objections/<slug:code>/", objections.one, name="objection"),
    path("objections/<slug:code>/join/", objections.join, name="objection_join"),
    path("objections/<slug:code>/do/<slug:verb>/", objections.act, name="objection_act"),
    path(
        "objections/<slug:code>/alike/<uuid:alike>/",
        objections.look_again,
        name="objection_alike",
    ),
    *VOICES,
    path("incidents/", incidents.listing, name="incidents"),
    path("incidents/add/", incidents.add, name="incident_add"),
    path("incidents/<slug:code>/", incidents.one, name="incident"),
    path("incidents/<slug:code>/persons.json", incidents.persons, name="incident_persons"),
    path("incidents/<slug:code>/notice.docx", incidents.notice, name="incident_notice"),
    path("incidents/<slug:code>/do/<slug:verb>/", incidents.act, name="incident_act"),
    path("inspections/", inspections.listing, name="inspections"),
    path("inspections/add/", inspections.add, name="inspection_plan_add"),
    path("inspections/<slug:code>/", inspections.plan, name="inspection_plan"),
    path(
        "inspections/<slug:code>/do/<slug:verb>/",
        inspections.act_on_plan,
        name="inspection_plan_act",
    ),
    path("inspections/<slug:code>/<int:number>/", inspections.one, name="inspection"),
    path(
        "inspections/<slug:code>/<int:number>/<slug:verb>/",
        inspections.act_on_one,
        name="inspection_act",
    ),
    path("assets/", assets.listing, name="assets"),
    path("assets/add/", assets.add, {"regime": Regime.ADMINISTRATIVE}, name="asset_add"),
    path(
        "assets/add/company/",
        assets.add,
        {"regime": Regime.ENTERPRISE},
        name="asset_add_company",
    ),
    path("assets/<slug:code>/", assets.one, name="asset"),
    path("assets/<slug:code>/enter/<slug:kind>/", assets.enter, name="asset_enter"),
    path("assets/<slug:code>/cancel/<uuid:entry>/", assets.cancel, name="asset_cancel"),
    path("evaluations/", evaluations.listing, name="evaluations"),
    path("evaluations/<slug:code>/", evaluations.one, name="evaluation"),
    path("evaluations/<slug:code>/publish/", evaluations.publish, name="evaluation_publish"),
    path("evaluations/<slug:code>/withdraw/", evaluations.withdraw, name="evaluation_withdraw"),
    path(
        "evaluations/<slug:code>/with/<slug:other>/",
        evaluations.compare,
        name="evaluation_compare",
    ),
    path("evaluations/<slug:code>/<str:name>", evaluations.file, name="evaluation_file"),
    path("evidence/", evidence.listing, name="evidence"),
    path("evidence/add/", evidence.add, name="evidence_add"),
    path("evidence/<uuid:evidence>/", evidence.one, name="evidence_one"),
    path("evidence/<uuid:evidence>/activities/", mapping.edit, name="evidence_map"),
    path("hashes/", hashes.listing, name="hashes"),
    path("hashes/add/", hashes.add, name="hash_add"),
    path("evidence/<uuid:evidence>/evaluate/", evaluations.ask, name="evidence_evaluate"),
    path("cases/", cases.listing, name="cases"),
    path("cases/observe/", entering.observe, name="observe"),
    path("cases/board/", board.board, name="board"),
    path("cases/board.docx", documents.week, name="board_document"),
    path("cases/handlers/", handlers.listing, name="handlers"),
    path("cases/<slug:code>/", cases.one, name="case"),
    path("cases/<slug:code>/group/", group.group, name="case_group"),
    path(
        "cases/<slug:code>/notice.docx",
        documents.paper,
        {"name": "case_document"},
        name="case_document",
    ),
    path(
        "cases/<slug:code>/order.docx", documents.paper, {"name": "case_order"}, name="case_order"
    ),
    path(
        "cases/<slug:code>/decision.docx",
        documents.paper,
        {"name": "case_decision"},
        name="case_decision",
    ),
    path("cases/<slug:code>/do/<slug:verb>/", cases.act, name="case_act"),
    path(
        "cases/<slug:code>/proposals/<uuid:proposal>/<slug:how>/",
        cases.answer,
        name="case_answer",
    ),
    path("cases/<slug:code>/files/<uuid:attachment>/", cases.attachment, name="attachment"),
    path("commissions/", commissions.listing, name="commissions"),
    path("commissions/add/", commissions.add, name="commission_add"),
    path("commissions/<slug:code>/", commissions.one, name="commission"),
    path("commissions/<slug:code>/do/<slug:verb>/", commissions.act, name="commission_act"),
    path("commissions/<slug:code>/declare/", commissions.declare, name="commission_declare"),
    path("commissions/<slug:code>/letter", commissions.letter, name="commission_letter"),
    path(
        "commissions/<slug:code>/<str:name>.csv", commission_tables.table, name="commission_table"
    ),
    path("appraisals/", appraisals.listing, name="appraisals"),
    path("appraisals/add/", appraisals.add, name="appraisal_add"),
    path("appraisals/<slug:code>/", appraisals.one, name="appraisal"),
    path("appraisals/<slug:code>/do/<slug:verb>/", appraisals.act, name="appraisal_act"),
    path("appraisals/<slug:code>/comment/", comments.comment, name="appraisal_comment"),
    path("appraisals/<slug:code>/round.json", appraisals.document, name="appraisal_document"),
    path("appraisals/<slug:code>/files/<str:name>", appraisals.file, name="appraisal_file"),
    path("sheets/<slug:code>/", sheets.one, name="sheet"),
    path("sheets/<slug:code>/sheet.json", sheets.file, name="sheet_file"),
    path("sheets/<slug:code>/photos/<uuid:photo>/", sheets.photo, name="sheet_photo"),
    path("fieldwork/", fieldwork.listing, name="fieldwork"),
    path("fieldwork/worker.js", fieldwork_worker.script, name="fieldwork_worker"),
    path("fieldwork/key/", signing.key, name="fieldwork_key"),
    path("fieldwork/key/<uuid:key>/end/", signing.end_key, name="fieldwork_key_end"),
    path("fieldwork/import/", importing.submissions, name="fieldwork_import"),
    path("fieldwork/<slug:item>/", fieldwork.one, name="fieldwork_item"),
    path("fieldwork/<slug:item>/send/", sending.send, name="fieldwork_send"),
    path("fieldwork/<slug:item>/photo/", sending.photo, name="fieldwork_photo"),
    path("fieldwork/<slug:item>/over/", fieldwork.over, name="fieldwork_over"),
    path("fieldwork/<slug:item>/sign/", signing.sign, name="fieldwork_sign"),
    path("fieldwork/<slug:item>/sheet.json", signing.document, name="fieldwork_document"),
    path("fieldwork/<slug:item>/form.xlsx", importing.form, name="fieldwork_xlsform"),
    path("fieldwork/<slug:item>/withdraw/", fieldwork.withdraw, name="fieldwork_withdraw"),
    path("fieldwork/<slug:item>/pressure/", fieldwork.report_pressure, name="fieldwork_pressure"),
    path("draws/", draws.listing, name="draws"),
    path("draws/verify_draw.py", draws.script, name="draw_script"),
    path("draws/<slug:code>/", draws.one, name="draw"),
    path("draws/<slug:code>/transcript.json", draws.transcript, name="draw_transcript"),
    path("bodies/", bodies.listing, name="bodies"),
    path("bodies/<str:code>/", bodies.one, name="body"),
    path("protocols/", protocols.listing, name="protocols"),
    path("protocols/<slug:protocol>/", protocols.one, name="protocol"),
    path("protocols/<slug:protocol>/file", protocols.source, name="protocol_file"),
    path("training/", training.listing, name="trainings"),
    path("training/add/", training.add, name="training_add"),
    path("training/<slug:code>/", training.one, name="training"),
    path("training/<slug:code>/do/<slug:verb>/", training.act, name="training_act"),
    path("training/<slug:code>/seats/<uuid:seat>/", training.name_person, name="seat_name"),
    path("warnings/draft/<slug:case>/", warnings.draft, name="warning_draft"),
    path("warnings/<slug:code>/", warnings.one, name="warning"),
    path("warnings/<slug:code>/approve/", warnings.approve, name="warning_approve"),
    path("warnings/<slug:code>/refuse/", warnings.refuse, name="warning_refuse"),
    path("warnings/<slug:code>/questions/", warnings.questions, name="warning_questions"),
    path("people/", people.listing, name="people"),
    path("people/add/", people.add, name="person_add"),
    path("people/<uuid:account>/", people.one, name="person"),
    path("people/<uuid:account>/posts/", people.give_post, name="post_add"),
    path("people/<uuid:account>/close/", people.close, name="person_close"),
    path("people/<uuid:account>/identity/", people.prove_identity, name="person_identity"),
    path("people/<uuid:account>/password/", people.new_password, name="person_password"),
    path("people/posts/<uuid:post>/end/", people.end_post, name="post_end"),
    path("organisations/", organisations.listing, name="organisations"),
    path("organisations/add/", organisations.add, name="organisation_add"),
    path("account/relations/", own.relations, name="relations"),
    path("account/relations/<uuid:relation>/end/", own.end_relation, name="relation_end"),
    path("account/tokens/", own.own_tokens, name="tokens"),
    path("account/tokens/<uuid:token>/revoke/", own.revoke, name="token_revoke"),
    path("report/", reports.report, name="report_problem"),
    path("report/follow/", reports.follow, name="follow"),
    path("receipts/<slug:code>/", receipts.one, name="receipt"),
    path("receipts/<slug:code>/proof", receipts.proof, name="receipt_proof"),
    path("api/openapi.json", operations.description, name="api_openapi"),
    path("api/", include(operations.urls)),
    path("metrics", metrics.metrics, name="metrics"),
    path("ledger/", ledger.overview, name="ledger"),
    path("ledger/vocabulary/", ledger.vocabulary_page, name="vocabulary"),
    path("ledger/check/", ledger.check, name="ledger_check"),
    path("ledger/entries/", ledger.entries, name="ledger_entries"),
    path("ledger/log/<path:file>", ledger_files.log_file, name="ledger_file"),
    path("ledger/witness", witnessing.receive, name="ledger_witness"),
    path("ledger/witnesses/", witnessing.witnesses, name="ledger_witnesses"),
    path("ledger/witnesses/<uuid:witness>/end/", witnessing.end, name="ledger_witness_end"),
    path("language/<str:code>/", choices.choose_language, name="language"),
    path("elder/<str:state>/", choices.choose_elder, name="elder"),
    path("parts/", parts.show, name="parts"),
    path("account/", account.account, name="account"),
    path("account/data/", uses.mine, name="account_uses"),
    path("account/data/<slug:code>/<slug:receipt>/proof/", uses.proof, name="account_use_proof"),
    path("account/handling/", handlers.mine, name="handling"),
    path("account/sessions/end/", account.end_sessions, name="account_end_sessions"),
    path("account/login/", account.SignIn.as_view(), name="account_login"),
    path("account/logout/", allauth.logout, name="account_logout"),
    path("account/inactive/", allauth.account_inactive, name="account_inactive"),
    path("account/again/", allauth.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.ChangePassword.as_view(), name="account_change_password"),
    path("account/factor/", factor.index, name="mfa_index"),
    path("account/factor/check/", factor.authenticate, name="mfa_authenticate"),
    path("account/factor/again/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("account/factor/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/factor/app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/factor/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/factor/codes/new/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/factor/codes/file/",
        recovery.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("account/oidc/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path(
        "account/oidc/<str:provider_id>/login/", account.single_sign_on, name="openid_connect_login"
    ),
    path(
        "account/oidc/<str:provider_id>/login/callback/",
        single_sign_on.callback,
        name="openid_connect_callback",
    ),
]
urlpatterns = by_rooms(ADDRESSES)
handler400 = "shixiao.web.shell.problems.bad_request"
handler403 = "shixiao.web.shell.problems.forbidden"
handler404 = "shixiao.web.shell.problems.not_found"
handler429 = "shixiao.web.shell.problems.too_many"
handler500 = "shixiao.web.shell.problems.server_error"
