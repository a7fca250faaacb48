"""What tests of the two ways in start from."""

import json
from collections.abc import Sequence
from typing import Any

from flow.house import House
from samples import OTHER_SECRET, SECRET, a_body, a_caller, an_answer, dump
from warmlane.model import Scope
from wire import Answer, Doors, Request, run_asgi

KEY = ("authorization", f"Bearer {SECRET.decode()}")
USUAL = dump(an_answer("from the provider"))
"""What the provider answers whenever nothing else is scripted."""


def asked(text: str = "hit", *headers: tuple[str, str], body: Any = None, **fields: Any) -> Request:
    """A chat request with a key."""
    return Request(headers=[KEY, *headers], body=dump(a_body(text)) if body is None else body, **fields)


HIT, MISS = asked("hit"), asked("miss")


def whole(body: bytes = USUAL) -> dict[str, Any]:
    """An answer of known length, in the words of `scripted.Told`."""
    return {"body": body, "headers": {"content-type": "application/json", "content-length": str(len(body))}}


async def warm(doors: Doors) -> None:
    """Have the answer to HIT in RAM."""
    answer = await run_asgi(doors.application, HIT)
    assert answer.headers["x-cache"] == "MISS"
    await doors.house.settle()
    doors.house.heard()


async def ask_once(doors: Doors, request: Request) -> Answer:
    """Over a connection of its own."""
    async with doors.client() as client:
        return await client.ask(request)


async def forget(house: House) -> None:
    """Empty the cache."""
    house.recent.clear()
    for key in (SECRET, OTHER_SECRET):
        await house.durable.purge(Scope(tenant=a_caller(key).tenant))


def errors_of(answer: Answer) -> Sequence[Any]:
    """Field and code of an error of ours."""
    if answer.headers.get("content-type") != "application/problem+json":
        return ()
    told = json.loads(answer.body)["error"]
    return told["param"], told["code"]
