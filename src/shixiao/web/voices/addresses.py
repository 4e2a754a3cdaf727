"""Addresses of matters, needs and tests of channels. Each name must stand in ``access.yaml``."""

from __future__ import annotations

from django.urls import path

from shixiao.web.voices import inside, needs, public, testing

VOICES = [
    path("voice/", public.bring, name="voice"),
    path("voice/follow/", public.follow, name="voice_follow"),
    path("voice/say/", public.say_so, name="voice_say"),
    path("voice/sheet/", public.sheet, name="voice_sheet"),
    path("voice/channels/", public.numbers, name="voice_channels"),
    path("matters/", inside.listing, name="matters"),
    path("matters/enter/", inside.enter, name="matter_enter"),
    path("matters/import/", inside.bring_in, name="matter_import"),
    path("matters/policy/", inside.govern, name="matter_govern"),
    path("matters/<slug:code>/", inside.one, name="matter"),
    path("matters/<slug:code>/do/<slug:verb>/", inside.act, name="matter_act"),
    path("matters/<slug:code>/accept/", inside.accept, name="matter_accept"),
    path("matters/<slug:code>/group/", inside.group, name="matter_group"),
    path("matters/<slug:code>/contact/", inside.contact, name="matter_contact"),
    path("matters/<slug:code>/files/<uuid:kept>/", inside.paper, name="matter_file"),
    path("needs/", needs.listing, name="needs"),
    path("needs/<slug:code>/", needs.one, name="need"),
    path("needs/<slug:code>/propose/", needs.propose, name="need_propose"),
    path("needs/<slug:code>/file/", needs.need_file, name="need_file"),
    path("proposals/<slug:code>/do/<slug:verb>/", needs.act, name="proposal_act"),
    path("channels/", testing.listing, name="channel_rounds"),
    path("channels/<slug:code>/", testing.one, name="channel_round"),
    path("channels/<slug:code>/do/<slug:verb>/", testing.act, name="channel_round_act"),
    path("channels/<slug:code>/<uuid:test>/", testing.carry, name="channel_carry"),
]
