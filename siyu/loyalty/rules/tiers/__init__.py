"""Tiers: ladders of tracks in dated versions, how long a tier is held, and the one judgement that everything calls."""
