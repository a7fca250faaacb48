"""`warmlane check` shows what is in force and finds what is wrong, without touching anything."""

import io
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from warmlane.clock import ManualClock
from warmlane.settings import Settings, pepper
from warmlane.settings.listing import every_setting
from warmlane_serve.check import MIN_FILES, check, run, shown
from warmlane_stores import open_store

CANARY = "canary-canary-0123456789-canary-canary"


@pytest.fixture
def base(tmp_path: Path, free_port: int) -> dict[str, Any]:
    """Settings with which nothing is wrong."""
    return {"data_dir": tmp_path / "data", "port": free_port}


@pytest.fixture(autouse=True)
def _enough_files() -> Iterator[None]:
    """As many open files as the gateway wants, whatever the machine that tests allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, MIN_FILES), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def whats(settings: Settings) -> list[str]:
    """What is wrong."""
    return [problem.what for problem in check(settings)]


def test_all_is_well_and_nothing_is_touched(base: dict[str, Any]) -> None:
    """Neither the folder nor the secret is made by looking."""
    out = io.StringIO()

    code = run(Settings(**base), out)

    assert code == 0
    assert out.getvalue().endswith("\nAll is well.\n")
    assert not base["data_dir"].exists()


def test_every_setting_is_shown(base: dict[str, Any]) -> None:
    """By its name in TOML."""
    settings = Settings(**base, providers={"local": {"base_url": "http://127.0.0.1:1"}})

    names = [key for key, _ in shown(settings)]

    assert names == [each.key.replace("<name>", "local") for each in every_setting()]
    assert dict(shown(settings))["cache.ttl"] == "86400"


def test_no_secret_is_shown(base: dict[str, Any]) -> None:
    """Neither the secret nor one that hides in an address; but that they are set."""
    out = io.StringIO()
    settings = Settings(
        **base,
        secret=CANARY,
        upstream={"proxy": f"http://user:{CANARY}@proxy:3128"},
        providers={"x": {"base_url": f"http://{CANARY}@host/path?key={CANARY}"}},
        telemetry={"otlp_endpoint": f"http://user:{CANARY}@collector"},
        cache={"store": f"postgres://user:{CANARY}@db/x?password={CANARY}"},
    )

    run(settings, out)

    assert CANARY not in out.getvalue()
    for line in (
        "secret = (set)",
        "upstream.proxy = (set)",
        "providers.x.base_url = http://***@host/path?***",
        "telemetry.otlp_endpoint = http://***@collector",
        "cache.store = postgres://***@db/x?***",
    ):
        assert f"{line}\n" in out.getvalue()


def test_a_port_in_use_is_a_problem(base: dict[str, Any]) -> None:
    """Another program has it."""
    with socket.create_server(("127.0.0.1", base["port"])):
        assert whats(Settings(**base)) == [f"cannot listen on 127.0.0.1:{base['port']}: address already in use"]


def test_a_host_that_is_not_here_is_a_problem(base: dict[str, Any]) -> None:
    """An address of a documentation network is nobody's (RFC 5737)."""
    assert whats(Settings(**base, host="192.0.2.1", secret=CANARY))[0].startswith("cannot listen on 192.0.2.1:")


async def test_a_store_that_another_one_owns_is_a_problem(base: dict[str, Any], clock: ManualClock) -> None:
    """A second gateway in the same folder would not start."""
    settings = Settings(**base)
    store = open_store(settings.store_url, clock=clock)
    try:
        (problem,) = check(settings)
    finally:
        await store.aclose()

    assert "belongs to another gateway" in problem.what
    assert "WARMLANE_DATA_DIR" in problem.mend
    assert check(settings) == []


async def test_a_gateway_that_runs_already_is_no_problem(base: dict[str, Any], clock: ManualClock) -> None:
    """Its own port and its own store are in use: that is how it should be."""
    settings, out = Settings(**base), io.StringIO()
    store = open_store(settings.store_url, clock=clock)
    try:
        with socket.create_server(("127.0.0.1", base["port"])):
            code = run(settings, out)
    finally:
        await store.aclose()

    assert code == 0
    assert "note: Warmlane is running here already" in out.getvalue()


def test_a_folder_that_is_a_file_is_a_problem(base: dict[str, Any]) -> None:
    """Nothing can be kept in it."""
    base["data_dir"].write_text("")

    assert whats(Settings(**base)) == [f"{base['data_dir']} cannot be written to: not a directory"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_a_problem(base: dict[str, Any]) -> None:
    """Also where only the folder above it is there."""
    base["data_dir"].parent.chmod(0o500)
    try:
        assert whats(Settings(**base)) == [f"{base['data_dir']} cannot be written to: permission denied"]
    finally:
        base["data_dir"].parent.chmod(0o700)


def test_a_store_elsewhere_is_looked_at_too(base: dict[str, Any], tmp_path: Path) -> None:
    """Its folder must be writable as well."""
    (tmp_path / "file").write_text("")
    settings = Settings(**base, cache={"store": f"sqlite://{tmp_path}/file"})

    assert whats(settings) == [f"{tmp_path}/file cannot be written to: not a directory"]


def test_beyond_this_machine_a_secret_is_needed(base: dict[str, Any]) -> None:
    """It says so before the start does."""
    assert whats(Settings(**base, host="0.0.0.0"))[0].startswith("WARMLANE_SECRET must be set")
    assert check(Settings(**base, host="0.0.0.0", secret=CANARY)) == []


def test_a_secret_that_others_can_read_is_a_problem(base: dict[str, Any]) -> None:
    """With the command that mends it."""
    settings = Settings(**base)
    pepper(settings)
    (base["data_dir"] / "secret").chmod(0o644)

    assert "chmod 600" in whats(settings)[0]


def test_a_base_url_that_is_none_is_a_problem(base: dict[str, Any]) -> None:
    """Named by its setting."""
    settings = Settings(**base, providers={"local": {"base_url": "127.0.0.1:80"}})

    assert whats(settings)[0].startswith("WARMLANE_PROVIDERS__LOCAL__BASE_URL")


def test_a_missing_extra_is_a_problem(base: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install."""
    settings = Settings(**base, cache={"index": "chroma"}, telemetry={"otlp_endpoint": "http://127.0.0.1:4318"})
    with_extras = check(settings)
    for module in ("chromadb", "opentelemetry.exporter", "opentelemetry.exporter.otlp.proto.http"):
        monkeypatch.setitem(sys.modules, module, None)

    problems = check(settings)

    assert with_extras == []
    assert ["warmlane[chroma]" in problems[0].mend, "warmlane[otlp]" in problems[1].mend] == [True, True]


@pytest.mark.parametrize(("soft", "hard", "mend"), [(256, None, "ulimit -n 4096"), (256, 1024, "LimitNOFILE=4096")])
def test_too_few_open_files_are_a_problem(
    base: dict[str, Any], soft: int, hard: int | None, mend: str, tmp_path: Path
) -> None:
    """In a process of its own: a hard limit that was lowered stays low."""
    code = (
        "import resource, sys; from warmlane.settings import Settings; from warmlane_serve.check import check\n"
        f"hard = {hard} or resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, hard))\n"
        f"print(*check(Settings(port={base['port']}, data_dir={str(tmp_path)!r})))"
    )
    path = os.pathsep.join(str(Path(__file__).parents[3] / root) for root in ("app", "stores", "deployments"))

    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )

    assert "may open 256 files, and needs 4096" in done.stdout
    assert mend in done.stdout
