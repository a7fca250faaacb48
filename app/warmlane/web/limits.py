"""What a request may weigh and how long it may take to arrive (threat T9: slow-loris, huge headers, huge bodies)."""

from warmlane.model import Value


class Limits(Value, frozen=True, kw_only=True):
    """Sizes in bytes, times in seconds."""

    max_body_bytes: int = 20_000_000
    max_header_bytes: int = 32_768
    max_headers: int = 100
    arrival_timeout: float = 10.0
    """For the header, and for each pause in the body."""
    max_connections: int = 2000
    """Open at a time; a client beyond is turned away at once."""
    max_held_bytes: int = 65_536
    """A longer body takes the ordinary way at once: only short requests are worth holding for the fast one."""
