"""Where Warmlane remembers: stores, indexes and their public contract suites."""
