"""Wire dialects: they read a vendor's bytes and replay them, and never turn one vendor's API into another's."""
