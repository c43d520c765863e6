"""What people agree to, and when they said so."""

from datetime import UTC, datetime

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)  # of a yes of which nobody knows the day: any no is newer
