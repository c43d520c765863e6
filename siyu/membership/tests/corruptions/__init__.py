"""Scenes of this room, and the statements that break each of its invariants; one file per noun."""
