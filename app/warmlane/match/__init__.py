"""Deciding whether two texts ask the same thing. Pure."""
