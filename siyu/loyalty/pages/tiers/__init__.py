"""Tracks and their ladders: who stands where, what is being prepared and tried, announced, and granted by hand."""
