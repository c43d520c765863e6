"""Addresses of the member centre, all below `/m/`."""

from django.urls import URLPattern, path

from .pages import doing, door, home, honours, mall, orders, points, privacy, profile, tier

app_name = "m"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("code", home.code, name="card-code"),
    path("me", home.me, name="me"),
    path("log-in", door.log_in, name="log-in"),
    path("log-in/code", door.code, name="code"),
    path("join", door.join, name="join"),
    path("enter/<str:token>", door.enter, name="enter"),
    path("log-out", door.log_out, name="log-out"),
    path("notice", door.notice, name="notice"),
    path("preferences", door.preferences, name="preferences"),
    path("dev/codes", door.codes, name="codes"),
    path("points", points.points, name="points"),
    path("points/<int:entry>", points.why, name="why"),
    path("tier", tier.tier, name="tier"),
    path("check-in", doing.check_in, name="check-in"),
    path("check-in/make-up", doing.make_up, name="make-up"),
    path("tasks", doing.tasks, name="tasks"),
    path("tasks/<str:code>", doing.claim, name="claim"),
    path("mall", mall.mall, name="mall"),
    path("mall/<str:code>", mall.gift, name="gift"),
    path("redemptions", mall.redemptions, name="redemptions"),
    path("redemptions/<str:number>", mall.redemption, name="redemption"),
    path("redemptions/<str:number>/cancel", mall.cancel, name="cancel"),
    path("redemptions/<str:number>/receive", mall.receive, name="receive"),
    path("honours", honours.honours, name="honours"),
    path("honours/shown", honours.shown, name="shown"),
    path("orders", orders.orders, name="orders"),
    path("orders/<int:number>", orders.order, name="order"),
    path("profile", profile.profile, name="profile"),
    path("consents", profile.consents, name="consents"),
    path("privacy", privacy.privacy, name="privacy"),
    path("privacy/recommendations", profile.personalisation, name="recommendations"),
    path("privacy/copy", privacy.ask_copy, name="ask-copy"),
    path("privacy/copy/<uuid:key>", privacy.take_copy, name="take-copy"),
    path("privacy/farewell", privacy.farewell, name="farewell"),
    path("devices", privacy.devices, name="devices"),
    path("<path:rest>", door.nothing, name="nothing"),
]
