"""The console's pages of touches: staff tasks, one-off sends, templates, the outbox."""
