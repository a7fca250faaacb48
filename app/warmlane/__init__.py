"""Warmlane: a caching gateway for LLM APIs. This package decides; it does no I/O outside `web` and `adapters`."""
