"""Addresses of the pages of behaviours, honours and the mall."""

from django.urls import URLPattern, path

from . import check_in, mall, redemptions, tasks
from .honours import badges, boards, rituals

urlpatterns: list[URLPattern] = [
    path("check-in", check_in.check_in, name="check-in"),
    path("check-in/edit", check_in.edit_check_in, name="check-in-edit"),
    path("member-tasks", tasks.task_list, name="tasks-of-members"),
    path("member-tasks/new", tasks.new_task, name="task-new"),
    path("member-tasks/<slug:code>", tasks.task, name="task"),
    path("member-tasks/<slug:code>/edit", tasks.edit_task, name="task-edit"),
    path("member-tasks/<slug:code>/end", tasks.end_task, name="task-end"),
    path("badges", badges.badges, name="badges"),
    path("badges/new", badges.new_badge, name="badge-new"),
    path("badges/<slug:code>", badges.badge, name="badge"),
    path("badges/<slug:code>/edit", badges.edit_badge, name="badge-edit"),
    path("badges/<slug:code>/award", badges.award, name="badge-award"),
    path("badges/<slug:code>/judge", badges.judge, name="badge-judge"),
    path("badges/<slug:code>/end", badges.end_badge, name="badge-end"),
    path("leaderboards", boards.boards, name="boards"),
    path("leaderboards/new", boards.new_board, name="board-new"),
    path("leaderboards/<slug:code>", boards.board, name="board"),
    path("leaderboards/<slug:code>/edit", boards.edit_board, name="board-edit"),
    path("leaderboards/<slug:code>/refresh", boards.refresh, name="board-refresh"),
    path("leaderboards/<slug:code>/end", boards.end_board, name="board-end"),
    path("rituals", rituals.rituals, name="rituals"),
    path("rituals/<slug:occasion>", rituals.edit_ritual, name="ritual-edit"),
    path("mall", mall.gifts, name="mall"),
    path("mall/new", mall.new_gift, name="gift-new"),
    path("mall/scan", redemptions.scan, name="mall-scan"),
    path("mall/pictures/<str:name>", mall.picture, name="gift-picture"),
    path("mall/gifts/<slug:code>", mall.gift, name="gift"),
    path("mall/gifts/<slug:code>/edit", mall.edit_gift, name="gift-edit"),
    path("mall/gifts/<slug:code>/stock", mall.stock, name="gift-stock"),
    path("mall/gifts/<slug:code>/codes", mall.codes, name="gift-codes"),
    path("mall/gifts/<slug:code>/sale", mall.sale, name="gift-sale"),
    path("mall/gifts/<slug:code>/end", mall.end_gift, name="gift-end"),
    path("mall/redemptions", redemptions.redemptions, name="redemptions"),
    path("mall/redemptions/<slug:number>", redemptions.redemption, name="redemption"),
    path("mall/redemptions/<slug:number>/ship", redemptions.ship_redemption, name="redemption-ship"),
    path("mall/redemptions/<slug:number>/address", redemptions.address, name="redemption-address"),
    path("mall/redemptions/<slug:number>/reveal", redemptions.reveal_address, name="redemption-reveal"),
    path("mall/redemptions/<slug:number>/receive", redemptions.receive_redemption, name="redemption-receive"),
    path("mall/redemptions/<slug:number>/cancel", redemptions.cancel_redemption, name="redemption-cancel"),
]
