"""What two dialects of OpenAI share; their own tests say what comes of it."""

from samples import an_ask, dump
from warmlane.dialects.base import Ask, Finish
from warmlane.dialects.merging import Malformed
from warmlane.dialects.openai_chunked import OpenAIChunked
from warmlane.dialects.openai_chunks import Folded
from warmlane.events import NoCache
from warmlane.model import JsonObject

WHOLE = {"choices": [], "usage": {"total_tokens": 1}}


def judge(completion: JsonObject, *, done: bool = True) -> Finish:
    """Good when it is over."""
    refuse = None if done else NoCache.INCOMPLETE
    return Finish(refuse=refuse, exact_only=False, usage=None, model=str(completion.get("model")))


def fold(body: bytes) -> Folded:
    """Over, unless it is empty."""
    if body == b"broken":
        raise Malformed
    return Folded(completion=dict(WHOLE), done=body != b"")


def replay(completion: JsonObject, *, usage: bool) -> bytes:
    """What it was asked to say."""
    return dump([completion, usage])


def read(body: JsonObject) -> Ask:
    """As chat does."""
    return an_ask(dict(body))


DIALECT = OpenAIChunked("mine", "chat", read=read, judge=judge, fold=fold, replay=replay)


def test_each_mode_is_judged_by_the_parts() -> None:
    """A whole answer as it is, a stream as it folds; what cannot be read is malformed."""
    assert (DIALECT.name, DIALECT.operation) == ("mine", "chat")
    assert DIALECT.finish(b'{"model": "m"}', streamed=False).model == "m"
    assert DIALECT.finish(b"{", streamed=False).refuse is NoCache.MALFORMED
    assert DIALECT.finish(b"", streamed=True).refuse is NoCache.INCOMPLETE
    assert DIALECT.finish(b"broken", streamed=True).refuse is NoCache.MALFORMED


def test_the_other_mode_is_made_by_the_parts() -> None:
    """Where somebody counted, or nobody wants to know."""
    whole, stream = an_ask(), an_ask({"model": "m", "messages": [{"role": "user", "content": "a"}], "stream": True})

    assert DIALECT.render(b"data", streamed=True, ask=whole) == b'{"choices":[],"usage":{"total_tokens":1}}'
    assert DIALECT.render(b"broken", streamed=True, ask=whole) is None
    assert DIALECT.render(b"{}", streamed=False, ask=stream) == b"[{}, false]"
    assert DIALECT.render(b"{}", streamed=False, ask=whole) == b"{}"
