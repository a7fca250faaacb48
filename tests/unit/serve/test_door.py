"""The front door of one ingress. How it is left under load is told in test_ingress.py."""

from pathlib import Path

import pytest

from warmlane.clock import ManualClock
from warmlane.errors import ConfigError, StageError
from warmlane.settings import Settings
from warmlane_serve.door import Door
from warmlane_serve.listening import listen
from warmlane_serve.solo import Solo
from wire import Client, Request


def settings_in(folder: Path, port: int = 0) -> Settings:
    """Of a gateway that listens there."""
    return Settings.model_validate(
        {"data_dir": folder, "port": port, "embedding": {"enabled": False}, "cache": {"store": "memory://"}}
    )


async def test_it_opens_to_those_who_knock_until_it_is_closed(tmp_path: Path) -> None:
    """Each door to its own knock, though the port is shared."""
    settings = settings_in(tmp_path)
    solo = Solo(settings, ManualClock())
    one = Door(solo, settings)
    await one.open()
    two = Door(solo, settings.model_copy(update={"port": one.port}))
    await two.open()
    await one.check()
    await one.close()
    await one.close()

    with pytest.raises(StageError, match="does not open"):
        await one.check()
    await two.check()
    await two.close()
    await solo.stop()


async def test_whoever_calls_while_it_closes_hears_of_it(tmp_path: Path) -> None:
    """On a connection that was idle: the answer comes, and asks to use another one next time."""
    settings = settings_in(tmp_path)
    solo = Solo(settings, ManualClock())
    door = Door(solo, settings)
    await door.open()
    async with Client(door.port) as client:
        first = await client.ask(Request("GET", "/healthz"))
        door._server.should_exit = True
        while "connection" not in (again := await client.ask(Request("GET", "/healthz"))).headers:
            assert again.status == 200
        closed = await client.is_closed()
    await door.close()
    await solo.stop()

    assert (first.status, again.status, again.headers["connection"], closed) == (200, 200, "close", True)


async def test_a_port_of_somebody_else_stays_theirs(tmp_path: Path, free_port: int) -> None:
    """It is told in one line."""
    settings = settings_in(tmp_path, free_port)
    solo = Solo(settings, ManualClock())
    with listen("127.0.0.1", free_port), pytest.raises(ConfigError, match="address already in use"):
        await Door(solo, settings).open()
    await solo.stop()
