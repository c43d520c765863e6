"""The member centre: one-time codes, sessions, requests of members about their data."""
