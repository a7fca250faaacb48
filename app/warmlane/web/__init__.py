"""The HTTP edge: routing, limits, the ASGI application and the fast path for exact hits."""
