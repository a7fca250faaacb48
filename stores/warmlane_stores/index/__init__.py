"""Vector indexes: one protocol, several ways to search."""
