"""Reads of membership that other rooms and pages may ask; one file per noun."""
