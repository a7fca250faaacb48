"""A start that cannot succeed says why in one line, and says no secret."""

import os
import secrets
import socket
from pathlib import Path
from typing import Any

import pytest

from drills.process import refused, serving

pytestmark = pytest.mark.slow  # each start is a process

CANARY = secrets.token_hex(16)


def one_line(start: tuple[int, str, str]) -> str:
    """What a failed start said: one line on standard error, no traceback, and nothing of what was secret."""
    code, out, said = start
    lines = said.splitlines()
    assert code not in {0, None}
    assert (out, len(lines)) == ("", 1), said
    assert lines[0].startswith("warmlane: ")
    assert "Traceback" not in said
    assert CANARY not in said
    return lines[0]


async def test_a_data_folder_has_one_owner(tmp_path: Path) -> None:
    """The second process leaves, the first one goes on."""
    async with serving(tmp_path) as served:
        line = one_line(await refused(tmp_path))
        assert str(tmp_path / "data" / "cache") in line
        assert "in use by another process" in line
        assert "ok" in await served.page("/healthz")
        assert await served.end() == 0

    async with serving(tmp_path) as served:
        assert await served.end() == 0


async def test_a_port_has_one_owner(tmp_path: Path) -> None:
    """It is named, with what to do."""
    with socket.socket() as owner:
        owner.bind(("127.0.0.1", 0))
        owner.listen()
        port = owner.getsockname()[1]
        line = one_line(await refused(tmp_path, "--port", str(port)))

    assert f"127.0.0.1:{port}" in line
    assert "--port" in line


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Neither below a file, nor where not even root may make one."""
    (tmp_path / "file").write_text("not a folder")
    for folder in (tmp_path / "file" / "data", Path("/proc/warmlane")):
        line = one_line(await refused(tmp_path, data_dir=folder))
        assert str(folder) in line
        assert "another" in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_is_not_ours_is_named(tmp_path: Path) -> None:
    """It may be read, and not written."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o500)

    assert str(folder) in one_line(await refused(tmp_path))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"port": "abc"}, "WARMLANE_PORT"),
        ({"port": "70000"}, "WARMLANE_PORT"),
        ({"cache__tll": "60"}, "WARMLANE_CACHE__TLL is no setting"),
        ({"cache__ttl": "0"}, "WARMLANE_CACHE__TTL"),
        ({"cache__mode": CANARY}, "WARMLANE_CACHE__MODE"),
        ({"cache__store": "redis://"}, "'redis'"),
        ({"cache__store": f"sqlite://{CANARY}"}, "sqlite"),
        ({"cache": CANARY}, "WARMLANE_CACHE"),
        ({"cahce__ttl": "60"}, "WARMLANE_CACHE__TTL"),
        ({"secret": CANARY[:31]}, "WARMLANE_SECRET"),
        ({"upstream__proxy": f"socks5://me:{CANARY}@proxy"}, "WARMLANE_UPSTREAM__PROXY"),
        ({"providers__openai__base_url": f"https://{CANARY}@api.openai.com"}, "WARMLANE_PROVIDERS__OPENAI__BASE_URL"),
        ({"providers__openai__base_url": f"https://a.example?key={CANARY}"}, "WARMLANE_PROVIDERS__OPENAI__BASE_URL"),
        ({"providers__openai__base_url": f"ftp://a.example/{CANARY}"}, "WARMLANE_PROVIDERS__OPENAI__BASE_URL"),
        ({"providers__openai__base_url": f"https://a.example/{CANARY}/../x"}, "WARMLANE_PROVIDERS__OPENAI__BASE_URL"),
        ({"providers__v1__base_url": "https://a.example"}, "WARMLANE_PROVIDERS__V1__BASE_URL"),
        ({"telemetry__otlp_endpoint": CANARY}, "WARMLANE_TELEMETRY__OTLP_ENDPOINT"),
        ({"host": "0.0.0.0"}, "WARMLANE_SECRET"),
        ({"host": "no.such.host.invalid", "secret": CANARY * 2}, "no.such.host.invalid"),
    ],
)
async def test_a_wrong_setting_is_named(tmp_path: Path, settings: dict[str, Any], named: str) -> None:
    """By the name under which it was set, and never with its value."""
    line = one_line(await refused(tmp_path, **settings))

    assert named in line


async def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    """With the place in it."""
    config = tmp_path / "warmlane.toml"
    config.write_text(f"[cache]\ntll = 60\nmode = '{CANARY}'\n")
    assert f"cache.tll in {config}" in one_line(await refused(tmp_path, "--config", str(config)))

    config.write_text(f"secret = {CANARY}")
    assert str(config) in one_line(await refused(tmp_path, "--config", str(config)))
    assert str(tmp_path / "none") in one_line(await refused(tmp_path, "--config", str(tmp_path / "none")))


async def test_the_secret_is_for_its_owner_only(tmp_path: Path) -> None:
    """One that others may read, or that holds nothing, is not used."""
    (tmp_path / "data").mkdir()
    secret = tmp_path / "data" / "secret"
    secret.write_text(CANARY * 2)
    secret.chmod(0o644)
    assert f"chmod 600 {secret}" in one_line(await refused(tmp_path))

    secret.chmod(0o600)
    secret.write_text("")
    assert str(secret) in one_line(await refused(tmp_path))
