"""The pass-through is one: what goes in comes out at the other end, and back."""

from bench.load import ask
from bench.processes import Cores, free_port, module, running

BODY = b'{"stream":true}'
ASK = b"POST /any?x=%%2F HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%b"


def test_both_bodies_pass() -> None:
    """The stream of the provider, in as many events, and the whole answer with its headers."""
    rest = Cores.split().rest
    up, port = free_port(), free_port()
    with (
        running("upstream", module("upstream", up), up, rest),
        running("pass-through", module("passthrough", port, f"http://127.0.0.1:{up}"), port, rest),
    ):
        streamed = ask(port, ASK % (len(BODY), BODY))
        whole = ask(port, ASK % (2, b"{}"))

    assert streamed.count(b"data: {") == 51
    assert b"data: [DONE]" in streamed
    assert b"x-request-id: req_00000001" in whole.lower()
    assert b'"id":"chatcmpl-00000001"' in whole
