"""Addresses of consultations and hearings. Each name must stand in ``access.yaml``."""

from __future__ import annotations

from django.urls import path

from shixiao.web.consultations import acting, hearings, taking_part, views

CONSULTATIONS = [
    path("consultations/", views.listing, name="consultations"),
    path("consultations/add/", acting.add, name="consultation_add"),
    path("consultations/<slug:code>/", views.one, name="consultation"),
    path("consultations/<slug:code>/comment/", taking_part.comment, name="consultation_comment"),
    path("consultations/<slug:code>/vote/", taking_part.vote, name="consultation_vote"),
    path("consultations/<slug:code>/state/", taking_part.state, name="consultation_state"),
    path("consultations/<slug:code>/mine/", taking_part.mine, name="consultation_mine"),
    path("consultations/<slug:code>/results/", views.results, name="consultation_results"),
    path("consultations/<slug:code>/changes/", views.changes, name="consultation_changes"),
    path("consultations/<slug:code>/data/<str:name>", views.data, name="consultation_data"),
    path("consultations/<slug:code>/do/<slug:event>/", acting.act, name="consultation_act"),
    path("consultations/<slug:code>/expert/", acting.expert, name="consultation_expert"),
    path("consultations/<slug:code>/enter/", acting.enter, name="consultation_enter"),
    path("consultations/<slug:code>/judge/", acting.judge, name="consultation_judge"),
    path(
        "consultations/<slug:code>/groups/<int:number>/",
        acting.group,
        name="consultation_group",
    ),
    path(
        "consultations/<slug:code>/comments/<int:number>/out/",
        acting.take_out,
        name="consultation_take_out",
    ),
    path("consultations/<slug:code>/hearing/", hearings.one, name="hearing"),
    path("consultations/<slug:code>/hearing/register/", hearings.register, name="hearing_register"),
    path("consultations/<slug:code>/hearing/mine/", hearings.mine, name="hearing_mine"),
    path("consultations/<slug:code>/hearing/<slug:seat>/note/", hearings.note, name="hearing_note"),
]
