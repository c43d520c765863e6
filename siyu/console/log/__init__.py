"""The fact log as an operator reads it: the explorer, and one fact with what became of it."""
