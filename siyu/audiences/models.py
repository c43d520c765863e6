"""Audiences: rules, who is in them, and when time alone changes that."""
