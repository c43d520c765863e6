"""Signed webhooks, by the conventions of Standard Webhooks."""
