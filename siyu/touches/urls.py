"""Addresses of touches: what their links lead to, and the console's pages."""

from django.urls import URLPattern, path

from . import public
from .pages import accounts, commission, outbox, sends, sops, tasks, templates

urlpatterns: list[URLPattern] = [
    path("t/stop/<uuid:touch>", public.stop, name="touch-stop"),
    path("t/stop/<str:token>", public.stop_test, name="touch-stop-test"),
    path("t/reports/<slug:token>", public.reported, name="touch-reports"),
    path("t/open/<uuid:touch>.gif", public.opened, name="touch-opened"),
    path("t/<slug:token>", public.follow, name="touch-follow"),
    path("staff-tasks", tasks.mine, name="staff-tasks"),
    path("staff-tasks/read", tasks.read, name="staff-tasks-read"),
    path("staff-tasks/rates", tasks.rates, name="staff-task-rates"),
    path("staff-tasks/rates/by-net", tasks.rates, {"by_net": True}, name="staff-task-rates-net"),
    path("staff-tasks/commission", commission.commission, name="staff-task-commission"),
    path("staff-tasks/commission/file", commission.commission_file, name="staff-task-commission-file"),
    path("staff-tasks/<uuid:touch>/done", tasks.done, name="staff-task-done"),
    path("staff-tasks/<uuid:touch>/files/<int:number>", tasks.file, name="staff-task-file"),
    path("staff-tasks/<uuid:touch>/skip", tasks.skip, name="staff-task-skip"),
    path("standing-orders", sops.sops, name="sops"),
    path("standing-orders/new", sops.edit, name="sop-new"),
    path("standing-orders/<str:code>", sops.edit, name="sop"),
    path("standing-orders/<str:code>/archive", sops.archive, name="sop-archive"),
    path("sends", sends.sends, name="sends"),
    path("sends/new", sends.edit, name="send-new"),
    path("sends/<int:pk>", sends.send, name="send"),
    path("sends/<int:pk>/edit", sends.edit, name="send-edit"),
    path("sends/<int:pk>/<str:step>", sends.move, name="send-move"),
    path("touch-templates", templates.templates, name="touch-templates"),
    path("touch-templates/new", templates.edit, name="touch-template-new"),
    path("touch-templates/<str:code>", templates.edit, name="touch-template"),
    path("touch-templates/<str:code>/preview", templates.preview, name="touch-template-preview"),
    path("touch-templates/<str:code>/test", templates.test, name="touch-template-test"),
    path("touch-templates/<str:code>/files/<int:number>", templates.file, name="touch-template-file"),
    path("touch-templates/<str:code>/archive", templates.archive, name="touch-template-archive"),
    path("touch-accounts", accounts.accounts, name="touch-accounts"),
    path("touch-accounts/new", accounts.choose, name="touch-account-choose"),
    path("touch-accounts/new/<str:channel>", accounts.new, name="touch-account-new"),
    path("touch-accounts/<str:code>", accounts.account, name="touch-account"),
    path("touch-accounts/<str:code>/edit", accounts.edit, name="touch-account-edit"),
    path("touch-accounts/<str:code>/try", accounts.trial, name="touch-account-try"),
    path("touch-accounts/<str:code>/archive", accounts.archive, name="touch-account-archive"),
    path("touch-accounts/<str:code>/reports", accounts.reports, name="touch-account-reports"),
    path("outbox", outbox.outbox, name="outbox"),
    path("outbox/<uuid:touch>/decide", outbox.decide, name="outbox-decide"),
]
