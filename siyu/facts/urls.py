"""Addresses of the log's own pages."""

from django.urls import path

from .pages import imports, quarantine

urlpatterns = [
    path("quarantine", quarantine.listing, name="quarantine"),
    path("quarantine/replay", quarantine.replay, name="quarantine-replay"),
    path("quarantine/dismiss", quarantine.dismiss, name="quarantine-dismiss"),
    path("quarantine/resume", quarantine.resume, name="pump-resume"),
    path("quarantine/<int:pk>", quarantine.one, name="quarantined"),
    path("quarantine/<int:pk>/payload", quarantine.payload, name="quarantined-payload"),
    path("imports", imports.listing, name="imports"),
    path("imports/new", imports.new, name="import-new"),
    path("imports/<int:pk>", imports.detail, name="import"),
    path("imports/<int:pk>/rejected", imports.rejects_file, name="import-rejects"),
    path("uploads/<slug:key>", imports.upload, name="upload"),
    path("uploads/<slug:key>/progress", imports.progress, name="upload-progress"),
    path("uploads/<slug:key>/remove", imports.remove, name="upload-remove"),
]
