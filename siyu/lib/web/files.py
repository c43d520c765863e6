"""A file that somebody takes along: never shown in place, never kept by a proxy."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header


def file_response(name: str, media_type: str, content: bytes) -> HttpResponse:
    """A download under its own name."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
