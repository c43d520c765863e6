"""Earn rules in the console: the list, the editor, versions, what waits for approval, and paying with points."""
