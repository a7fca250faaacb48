"""What a server says of itself is read, and nobody at home says nothing."""

import os

from bench.gateway import gateway, says
from bench.processes import Cores, Server, free_port


def test_a_gateway_is_alive_and_says_its_stages() -> None:
    """The installed command, with a cache of its own."""
    with gateway(Cores.split().rest) as server:
        assert says(server, b"/healthz")
        assert says(server, b"/readyz", b'"store":"ok"')
        assert not says(server, b"/healthz", b"a word that is not there")


def test_nobody_at_home() -> None:
    """A refused connection is no answer."""
    assert not says(Server("nobody", os.getpid(), free_port(), 0.0), b"/healthz")
