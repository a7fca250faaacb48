"""httpx's transport interface, used as whoever knows httpx would, against a real server on a real socket."""

from collections.abc import AsyncIterator

import aiohttp
import httpx
import pytest
from yarl import URL

from warmlane.adapters.scripted import ScriptedUpstream
from warmlane.adapters.transport import TARGET, UNSENT, Transport


@pytest.fixture
async def up() -> AsyncIterator[ScriptedUpstream]:
    """A listening upstream."""
    async with ScriptedUpstream() as upstream:
        yield upstream


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    """A transport that waits for a second."""
    made = Transport(connect_timeout=1, read_timeout=1)
    yield made
    await made.aclose()


def a_request(
    url: str, method: str = "POST", body: httpx.AsyncByteStream | None = None, headers: dict[str, str] | None = None
) -> httpx.Request:
    """A request to `url`."""
    stream = httpx.ByteStream(b"ab") if body is None else body
    return httpx.Request(method, url, headers=headers, stream=stream, extensions={TARGET: URL(url, encoded=True)})


class Pieces(httpx.AsyncByteStream):
    """A body of two pieces."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """One, and the other."""
        yield b"a"
        yield b"b"


async def test_an_answer_is_an_httpx_response(up: ScriptedUpstream, transport: Transport) -> None:
    """Status, headers and a stream that is read from the connection; httpx's own ways of reading it work."""
    up.answer(body=b"hello", status=418, headers=[("X-A", "1"), ("x-a", "2")])
    response = await transport.handle_async_request(a_request(up.base_url + "/v1/%7Ea?b=%2F"))

    assert response.status_code == 418
    assert [value for name, value in response.headers.raw if name.lower() == b"x-a"] == [b"1", b"2"]
    assert await response.aread() == b"hello"
    seen = await up.seen()
    assert (seen.path, seen.query, seen.body) == ("/v1/%7Ea", "b=%2F", b"ab")


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("pieces", [True, False])
async def test_one_field_says_where_the_body_ends(
    up: ScriptedUpstream, transport: Transport, *, named: bool, pieces: bool
) -> None:
    """The encoding of another connection is not repeated on this one."""
    up.answer(json={})
    headers = {"transfer-encoding": "chunked"} if named else None
    response = await transport.handle_async_request(
        a_request(up.base_url, body=Pieces() if pieces else None, headers=headers)
    )
    await response.aread()
    seen = await up.seen()

    framing = [field for field in seen.headers if field[0] in {b"transfer-encoding", b"content-length"}]
    assert framing == [(b"transfer-encoding", b"chunked") if pieces else (b"content-length", b"2")]
    assert seen.body == b"ab"


async def test_a_connection_is_free_once_its_answer_is_read(up: ScriptedUpstream, transport: Transport) -> None:
    """Also before the response is closed; one that is closed unread is not used again."""
    up.always(body=[b"x" * 100_000] * 20)
    for _ in range(2):
        await (await transport.handle_async_request(a_request(up.base_url))).aread()
    assert up.connections == 1
    await (await transport.handle_async_request(a_request(up.base_url))).aclose()
    await (await transport.handle_async_request(a_request(up.base_url))).aread()

    assert up.connections == 2


@pytest.mark.parametrize("method", ["POST", "PATCH", "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"])
async def test_a_connection_that_breaks_is_not_tried_again(
    up: ScriptedUpstream, transport: Transport, method: str
) -> None:
    """Whatever the method, on a connection used before; and the error does not say that nothing was sent."""
    up.answer(json={})
    await (await transport.handle_async_request(a_request(up.base_url))).aread()
    up.answer(reset_after=0)
    up.always(json={})

    with pytest.raises(aiohttp.ClientError) as broke:
        await transport.handle_async_request(a_request(up.base_url, method))
    assert not isinstance(broke.value, UNSENT)
    assert len(up.requests) == 2


async def test_a_closed_port_gets_nothing(transport: Transport) -> None:
    """And the error says so."""
    with pytest.raises(UNSENT):
        await transport.handle_async_request(a_request("http://127.0.0.1:1"))
