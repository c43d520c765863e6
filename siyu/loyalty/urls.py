"""Addresses of the programme in the console."""

from django.urls import URLPattern, path

from .pages import by_hand, corrections, liability
from .pages.rules import approving, editor, listing, terms, versions
from .pages.tiers import editor as ladder_editor
from .pages.tiers import growth_map, tracks
from .pages.units import editor as units

urlpatterns: list[URLPattern] = [
    path("loyalty/map", growth_map.the_map, name="growth-map"),
    path("loyalty/map/<str:step>", growth_map.place, name="growth-map-place"),
    path("loyalty/tiers", tracks.tiers, name="tiers"),
    path("loyalty/tiers/new", ladder_editor.edit_track, name="track-new"),
    path("loyalty/tiers/<str:track>/edit", ladder_editor.edit_track, name="track-edit"),
    path("loyalty/tiers/<str:track>/<int:version>/withdraw", tracks.withdraw, name="track-withdraw"),
    path("loyalty/tiers/<str:track>/<int:version>/move", tracks.move_members, name="track-move"),
    path("loyalty/rules", listing.earn_rules, name="earn-rules"),
    path("loyalty/rules/new", editor.edit_rule, name="earn-rule-new"),
    path("loyalty/rules/try/member", editor.try_on_member, name="earn-rule-try-member"),
    path("loyalty/rules/try/past", editor.try_on_past, name="earn-rule-try-past"),
    path("loyalty/rules/<str:code>", versions.earn_rule, name="earn-rule"),
    path("loyalty/rules/<str:code>/edit", editor.edit_rule, name="earn-rule-edit"),
    path("loyalty/rules/<str:code>/discard", editor.discard, name="earn-rule-discard"),
    path("loyalty/rules/<str:code>/end", versions.end_rule, name="earn-rule-end"),
    path("loyalty/approvals", approving.approvals, name="earn-approvals"),
    path("loyalty/approvals/<int:pk>", approving.decide, name="earn-approval"),
    path("loyalty/corrections", corrections.list_corrections, name="corrections"),
    path("loyalty/corrections/<int:pk>", corrections.decide_correction, name="correction"),
    path("loyalty/units", units.units, name="units"),
    path("loyalty/units/new", units.edit_unit, name="unit-new"),
    path("loyalty/units/<str:code>/edit", units.edit_unit, name="unit-edit"),
    path("members/<str:public_id>/value/correct", by_hand.adjust_member, name="member-adjust"),
    path("members/<str:public_id>/tier/grant", by_hand.grant_a_tier, name="member-tier-grant"),
    path("members/<str:public_id>/tier/<int:pk>/take-away", by_hand.take_a_tier_away, name="member-tier-take"),
    path("loyalty/payment", terms.payment_terms, name="payment-terms"),
    path("loyalty/liability", liability.liability, name="liability"),
    path("loyalty/journal", liability.journal_file, name="loyalty-journal"),
]
