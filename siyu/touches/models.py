"""Touches: templates, the outbox, what the gate decided, receipts, staff tasks."""
