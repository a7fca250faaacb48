"""One request is one call, and has one entry, whichever way it finds its provider."""

from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from samples import PEPPER, a_body, dump
from warmlane.clock import ManualClock
from warmlane.dialects.registry import DIALECTS
from warmlane.errors import BadRequest, UnknownRoute
from warmlane.families import SHAPES
from warmlane.lanes import Lane
from warmlane.model import Call, Headers
from warmlane.providers import table
from warmlane.reading import Reader
from warmlane.seal import Callers
from warmlane.web.edge import Edge
from warmlane.web.routing import Router

TABLE = table({"local": "http://127.0.0.1:1/some/path"})
EDGE = Edge(Router(TABLE), errors=SHAPES)
READER = Reader(lane=Lane(), dialects=DIALECTS, callers=Callers(PEPPER), clock=ManualClock())
OPENAIS = sorted(name for name, row in TABLE.items() if row.family == "openai")
KEY = (b"authorization", b"Bearer sk-proj-4f7Qz81LmX0cVbNaE2rT6yUi")
HERE = [b"localhost:8000", b"127.0.0.1", b"[::1]:8000", b"gateway", b"cache.example.com"]

letters = st.text("abcdefghijklmnopqrstuvwxyz0123456789-.", min_size=1, max_size=12).filter(
    lambda text: text.strip(".")
)


def called(path: str, *headers: tuple[bytes, bytes], body: Any) -> Call:
    """The call that comes of a request."""
    sent: Headers = (KEY, *headers)
    raw = dump(body)
    return EDGE.call("POST", EDGE.route("POST", path, "", sent), sent, raw)


def identity(call: Call) -> tuple[object, ...]:
    """What goes upstream of a call, and where; and what its entry is kept under."""
    return call.provider, call.base_url, call.path, call.dialect, call.body, READER.read(call).key


@st.composite
def forms(draw: st.DrawFn, name: str, path: str) -> tuple[str, tuple[bytes, bytes], tuple[bytes, bytes] | None]:
    """A way to name a provider: path, Host, and another header or None."""
    how = draw(st.sampled_from(["prefix", "host", "header"]))
    here = (b"host", draw(st.sampled_from(HERE)))
    if how == "prefix":
        return f"/{name}{path}", here, None
    if how == "host":
        domain = draw(st.sampled_from([".localhost", ".localhost:8000", ".cache.example.com", ".Example.COM."]))
        spelt = draw(st.sampled_from([name, name.upper(), name.title()]))
        return path, (b"host", (spelt + domain).encode()), None
    field = draw(st.sampled_from([b"x-warmlane-provider", b"x-portkey-provider"]))
    return path, here, (field, draw(st.sampled_from([name, f" {name.upper()} "])).encode())


@given(data=st.data(), name=st.sampled_from(OPENAIS), endpoint=st.sampled_from(["chat/completions", "files"]))
def test_openais_paths_in_every_form(data: st.DataObject, name: str, endpoint: str) -> None:
    """With and without `/v1`, with it twice, behind what the vendor's own base URL has, and by the model's prefix."""
    version = data.draw(st.sampled_from(["", "/v1", "/v1/v1", "/v1/v1/v1"]))
    row = TABLE[name]
    versions = {"", row.inner + version} if name == "deepinfra" else {version, row.inner + (version or "/v1")}
    path, host, field = data.draw(forms(name, f"{data.draw(st.sampled_from(sorted(versions)))}/{endpoint}"))
    if field is not None and path.startswith("/openai/"):  # there the first part of the path goes first
        return
    wanted = called(f"/{name}/{endpoint}", body=a_body())
    router = data.draw(st.sampled_from(["/v1/router", "/v2/router", "/v3/router/v1"]))

    assert identity(called(path, *[each for each in (host, field) if each], body=a_body())) == identity(wanted)
    assert identity(called(f"{router}/{endpoint}", body=a_body(model=f"{name}/gpt-4o"))) == identity(wanted)


@given(data=st.data(), path=st.sampled_from(["/messages", "/v1/messages", "/v1/v1/messages"]))
def test_anthropics_paths_in_every_form(data: st.DataObject, path: str) -> None:
    """On a bare host too."""
    wanted = called("/anthropic/v1/messages", body={})
    given_path, host, field = data.draw(forms("anthropic", path))

    assert identity(called(given_path, *[each for each in (host, field) if each], body={})) == identity(wanted)
    assert identity(called(path, (b"anthropic-version", b"2023-06-01"), body={})) == identity(wanted)
    assert identity(called(path, body={})) == identity(wanted)


@given(
    data=st.data(),
    model=letters,
    verb=st.sampled_from(["generateContent", "streamGenerateContent", "embedContent", "batchEmbedContents"]),
    version=st.sampled_from(["v1", "v1beta", "v1alpha", "v1beta1"]),
    colon=st.sampled_from([":", "%3A", "%3a"]),
)
def test_googles_paths_in_every_form(data: st.DataObject, model: str, verb: str, version: str, colon: str) -> None:
    """The last version counts, none is `/v1beta`, and two versions are two APIs."""
    before = data.draw(st.sampled_from(["", "/v1beta", "/v1", "/v1beta/v1"]))
    wanted = called(f"/google/{version}/models/{model}:{verb}", body={})
    path, host, field = data.draw(forms("google", f"{before}/{version}/models/{model}{colon}{verb}"))
    bare = called(f"/models/{model}{colon}{verb}", body={})

    assert identity(called(path, *[each for each in (host, field) if each], body={})) == identity(wanted)
    assert identity(called(f"{before}/{version}/models/{model}{colon}{verb}", body={})) == identity(wanted)
    assert (identity(bare) == identity(wanted)) is (version == "v1beta")


@given(path=st.text(max_size=40), host=st.binary(max_size=20), name=st.binary(max_size=20), body=st.binary(max_size=40))
def test_whatever_is_sent_only_the_table_says_who_is_called(path: str, host: bytes, name: bytes, body: bytes) -> None:
    """A refusal of ours, or the address of a row."""
    sent: Headers = ((b"host", host), (b"x-warmlane-provider", name))
    for target in (path, f"/{path}", f"/openai/{path}", f"/v2/router/{path}"):
        assert EDGE.shape(target, sent) in SHAPES.values()
        with suppress(BadRequest, UnknownRoute):
            call = EDGE.call("POST", EDGE.route("POST", target, "", sent), sent, body)
            assert call.base_url == TABLE[call.provider].base_url
            assert call.path.startswith("/")
