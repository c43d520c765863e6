"""Addresses of audiences in the console."""

from django.urls import path

from .pages import answers, audiences, lists, rules, value

urlpatterns = [
    path("audiences", audiences.audiences, name="audiences"),
    path("audiences/new", rules.new, name="audience-new"),
    path("audiences/builder", rules.builder, name="audience-builder"),
    path("audiences/rule", rules.rule, name="audience-rule"),
    path("audiences/count", rules.count, name="audience-count"),
    path("audiences/overlap", answers.overlap, name="audience-overlap"),
    path("audiences/rfm", answers.rfm, name="audience-rfm"),
    path("audiences/rfm/snapshot", answers.take_snapshot, name="audience-rfm-snapshot"),
    path("audiences/value", value.value, name="audience-value"),
    path("audiences/value/make", value.make, name="audience-value-make"),
    path("audiences/lists", lists.lists, name="audience-lists"),
    path("audiences/lists/upload", lists.upload, name="audience-list-upload"),
    path("audiences/lists/<int:pk>/archive", lists.archive, name="audience-list-archive"),
    path("audiences/<int:pk>", audiences.audience, name="audience"),
    path("audiences/<int:pk>/edit", rules.edit, name="audience-edit"),
    path("audiences/<int:pk>/duplicate", rules.new, name="audience-duplicate"),
    path("audiences/<int:pk>/export", audiences.export, name="audience-export"),
    path("audiences/<int:pk>/archive", audiences.archive, name="audience-archive"),
    path("audiences/<int:pk>/restore", audiences.restore, name="audience-restore"),
    path("audiences/<int:pk>/refresh", audiences.refresh, name="audience-refresh"),
    path("audiences/<int:pk>/why/<str:public_id>", answers.why, name="audience-why"),
]
