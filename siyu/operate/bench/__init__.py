"""Benches: each measures a path of the product beside a limit taken in the same run. One file, one bench."""
