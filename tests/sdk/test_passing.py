"""Everything that is not cached is passed through untouched: method, path, query, headers, every byte of the body."""

import asyncio
import base64
import gzip
import io
import json
import struct
from collections.abc import AsyncIterator
from typing import Any

import httpx
import httpx2
import openai as sdk
import pytest
import pytest_asyncio
from openai import AsyncOpenAI, DefaultAsyncHttpxClient

from sdk.house import Listening

SOUND = bytes(range(256)) * 40


class Noted:
    """The async SDK, and the bodies that it sent."""

    def __init__(self, base_url: str, key: str) -> None:
        """Call `base_url` with `key`."""
        self.sent: list[bytes] = []
        http = DefaultAsyncHttpxClient(verify=False, event_hooks={"request": [self._note]})
        self.client = AsyncOpenAI(base_url=base_url, api_key=key, http_client=http, max_retries=0)

    async def _note(self, request: httpx2.Request) -> None:
        self.sent.append(await request.aread())


@pytest_asyncio.fixture(loop_scope="module")
async def noted(gw: Listening, key: str) -> AsyncIterator[Noted]:
    """At `/openai/v1` of the gateway."""
    noted = Noted(f"{gw.base_url}/openai/v1", key)
    async with noted.client:
        yield noted


async def test_embeddings_come_through(gw: Listening, noted: Noted) -> None:
    """The SDK asks for base64, and decodes what comes."""
    vector = base64.b64encode(struct.pack("<3f", 0.5, -1.0, 0.25)).decode()
    data = [{"object": "embedding", "index": 0, "embedding": vector}]
    gw.up.answer(json={"object": "list", "data": data, "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}})
    made = await noted.client.embeddings.create(model="text-embedding-3-small", input=["a"])
    seen = await gw.up.seen()

    assert made.data[0].embedding == [0.5, -1.0, 0.25]
    assert (seen.method, seen.path) == ("POST", "/v1/embeddings")
    assert [seen.body] == noted.sent


async def test_models_are_listed(gw: Listening, noted: Noted, key: str) -> None:
    """A GET with the caller's own key, and without a body or a length for one."""
    model = {"id": "gpt-4o", "object": "model", "created": 1, "owned_by": "openai"}
    gw.up.answer(json={"object": "list", "data": [model]})
    models = [model.id async for model in noted.client.models.list()]
    seen = await gw.up.seen()

    assert models == ["gpt-4o"]
    assert (seen.method, seen.path, seen.body) == ("GET", "/v1/models", b"")
    assert seen.header("authorization") == f"Bearer {key}"
    assert seen.header("content-length") is None


async def test_a_query_comes_through(gw: Listening, noted: Noted) -> None:
    """Brackets, escapes and order as the SDK wrote them."""
    gw.up.answer(json={"object": "list", "data": [], "has_more": False})
    await noted.client.files.list(limit=2, purpose="a b&c", extra_query={"include[]": "x/y"})
    seen = await gw.up.seen()

    assert seen.path == "/v1/files"
    assert sorted(seen.query.split("&")) == ["include%5B%5D=x%2Fy", "limit=2", "purpose=a+b%26c"]


async def test_a_file_is_uploaded(gw: Listening, noted: Noted) -> None:
    """Multipart: the boundary's header and every byte of the body."""
    about = {"id": "file-1", "object": "file", "bytes": 9, "created_at": 1, "filename": "a.jsonl", "purpose": "batch"}
    gw.up.answer(json={**about, "status": "processed"})
    made = await noted.client.files.create(file=("a.jsonl", b'{"a":\r\n1}\x00'), purpose="batch")
    seen = await gw.up.seen()

    assert made.id == "file-1"
    assert [seen.body] == noted.sent
    kind, _, boundary = (seen.header("content-type") or "").partition("; boundary=")
    assert kind == "multipart/form-data"
    assert seen.body.endswith(f"--{boundary}--\r\n".encode())
    assert seen.header("content-length") == str(len(seen.body))


async def test_sound_goes_up_and_comes_down(gw: Listening, noted: Noted) -> None:
    """A transcription's upload, and speech as raw bytes in pieces."""
    gw.up.answer(json={"text": "hello"})
    gw.up.answer(
        headers={"content-type": "audio/mpeg", "transfer-encoding": "chunked"},
        body=[SOUND[at : at + 999] for at in range(0, len(SOUND), 999)],
    )
    heard = await noted.client.audio.transcriptions.create(model="whisper-1", file=("a.wav", io.BytesIO(SOUND)))
    spoken = await noted.client.audio.speech.create(model="tts-1", voice="alloy", input="hello")
    upload, request = await gw.up.seen(1), await gw.up.seen(2)

    assert heard.text == "hello"
    assert spoken.content == SOUND
    assert [upload.body, request.body] == noted.sent
    assert SOUND in upload.body


async def test_things_are_deleted(gw: Listening, noted: Noted) -> None:
    """A DELETE, and a 404 for the second."""
    gw.up.answer(json={"id": "file-1", "object": "file", "deleted": True})
    gw.up.answer(status=404, json={"error": {"message": "No such File object", "type": "invalid_request_error"}})
    deleted = await noted.client.files.delete("file-1")
    with pytest.raises(sdk.NotFoundError, match="No such File object"):
        await noted.client.files.delete("file-1")
    seen = await gw.up.seen()

    assert deleted.deleted
    assert (seen.method, seen.path) == ("DELETE", "/v1/files/file-1")


async def test_a_file_in_pieces_of_unknown_number_goes_up(gw: Listening, http: httpx.AsyncClient, key: str) -> None:
    """A chunked request body, piece by piece: the first is at the provider before the last is made."""
    gw.up.answer(json={"id": "part_1"})
    first_arrived = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"first,"
        await (await gw.up.begun()).some.wait()
        first_arrived.set()
        yield b"last"

    url = f"{gw.base_url}/openai/v1/uploads/upload_1/parts"
    reply = await http.post(url, content=pieces(), headers={"authorization": f"Bearer {key}"})
    seen = await gw.up.seen()

    assert reply.json() == {"id": "part_1"}
    assert first_arrived.is_set()
    assert seen.body == b"first,last"
    assert seen.header("transfer-encoding") == "chunked"


async def test_an_answer_in_an_encoding_comes_through(gw: Listening, http: httpx.AsyncClient, key: str) -> None:
    """What is not read is not decoded: the client that named gzip gets gzip."""
    packed = gzip.compress(json.dumps({"object": "list", "data": []}).encode())
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    gw.up.answer(body=packed, headers=headers)
    request = http.build_request("GET", f"{gw.base_url}/openai/v1/models", headers={"authorization": f"Bearer {key}"})
    reply = await http.send(request, stream=True)
    raw = b"".join([chunk async for chunk in reply.aiter_raw()])
    seen = await gw.up.seen()

    assert raw == packed
    assert reply.headers["content-encoding"] == "gzip"
    assert seen.header("accept-encoding") == request.headers["accept-encoding"]


async def test_another_api_streams_as_it_goes(gw: Listening, noted: Noted) -> None:
    """The Responses API is not read yet: its events come through while the provider is still speaking."""
    more = asyncio.Semaphore(1)
    created: dict[str, Any] = {"type": "response.created", "sequence_number": 0, "response": {"id": "resp_1"}}
    delta = {"type": "response.output_text.delta", "sequence_number": 1, "delta": "Hi", "item_id": "m"}
    events = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in (created, delta)]
    gw.up.answer(sse=events, drip=more)
    heard = []
    async for event in await noted.client.responses.create(model="gpt-4o", input="Hi", stream=True):
        heard.append(event.type)
        more.release()

    assert heard == ["response.created", "response.output_text.delta"]


async def test_what_is_passed_through_is_marked_as_such(gw: Listening, http: httpx.AsyncClient, key: str) -> None:
    """A bypass, for an endpoint that is not cached; and the second call is another call."""
    for _ in range(2):
        gw.up.answer(json={"object": "list", "data": []})
        reply = await http.get(f"{gw.base_url}/openai/v1/models", headers={"authorization": f"Bearer {key}"})

        assert reply.headers["x-cache"] == "BYPASS"
        assert reply.headers["cache-status"] == "warmlane; fwd=bypass; detail=endpoint"
    assert gw.calls == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"model":"gpt-4o","model":"gpt-4o-mini","temperature":0,"messages":[]}',
        b'{"model":"gpt-4o","temperature":NaN,"messages":[{"role":"user","content":"hi"}]}',
        b'{"model":"gpt-4o","temperature":0,"seed":' + b"9" * 5000 + b',"messages":[{"role":"user","content":"hi"}]}',
        b'{"model":"gpt-4o","temperature":0,"messages":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"model":"gpt-4o","temperature":0,"messages":[{"role":"user","content":"\\ud800"}]}',
        '{"model":"gpt-4o","temperature":0,"messages":[{"role":"user","content":"hi"}]}'.encode("utf-16"),
        b'{"model":"gpt-4o","temperature":0,"messages":[{"role":"user","content":"\xff"}]}',
    ],
    ids=["empty", "list", "null", "cut", "twice", "nan", "digits", "deep", "surrogate", "utf-16", "latin-1"],
)
async def test_a_body_that_is_no_request_is_the_providers_to_judge(
    gw: Listening, http: httpx.AsyncClient, key: str, body: bytes
) -> None:
    """Forwarded byte for byte, not cached, and no error of ours."""
    for _ in range(2):
        gw.up.answer(status=400, json={"error": {"message": "We could not parse the JSON body of your request."}})
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        reply = await http.post(f"{gw.base_url}/openai/v1/chat/completions", content=body, headers=headers)

        assert reply.status_code == 400
        assert reply.json()["error"]["message"] == "We could not parse the JSON body of your request."
        assert reply.headers["x-cache"] == "BYPASS"
    assert [seen.body for seen in gw.up.requests] == [body, body]
