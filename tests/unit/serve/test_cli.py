"""The command line: what it prints, where, and with which exit code."""

import os
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from drills.process import SOURCES, refused, serving
from warmlane_serve.cli import main


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment that sets nothing but a data folder, which is not there yet."""
    for name in [name for name in os.environ if name.startswith(("WARMLANE_", "OTEL_"))]:
        monkeypatch.delenv(name)
    folder = tmp_path / "data"
    monkeypatch.setenv("WARMLANE_DATA_DIR", str(folder))
    return folder


def in_force(out: str) -> dict[str, str]:
    """The settings that `check` printed."""
    return dict(line.split(" = ") for line in out.split("\n\n", maxsplit=1)[0].splitlines())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--version"], f"warmlane {version('warmlane')}"), (["--help"], "serve"), (["check", "--help"], "--config")],
)
def test_what_it_is_is_said_on_standard_output(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 0."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 0
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "COMMAND"),
        (["sreve"], "sreve"),
        (["check", "--port", "x"], "--port"),
        (["serve", "--solo", "--address", "auto"], "--address"),
    ],
)
def test_what_is_no_command_is_named(arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, with exit code 2 and nothing on standard output."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert named in said.err


def test_check_says_what_is_in_force(
    tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An option outranks the environment, which outranks the file."""
    config = tmp_path / "warmlane.toml"
    config.write_text('host = "localhost"\nport = 1\n[cache]\nttl = 1\nmax_ttl = 7\n')
    monkeypatch.setenv("WARMLANE_PORT", "2")
    monkeypatch.setenv("WARMLANE_CACHE__TTL", "3")

    code = main(["check", "--config", str(config), "--port", str(free_port)])

    said = capsys.readouterr()
    shown = in_force(said.out)
    assert (code, said.err) == (0, "")
    assert [shown[name] for name in ("host", "port", "cache.ttl", "cache.max_ttl")] == [
        "localhost", str(free_port), "3", "7",
    ]  # fmt: skip


def test_check_ends_with_1_when_a_start_would_fail(capsys: pytest.CaptureFixture[str], data: Path) -> None:
    """It says why, and has made nothing."""
    with socket.create_server(("127.0.0.1", 0)) as owner:
        port = owner.getsockname()[1]
        code = main(["check", "--port", str(port)])

    assert code == 1
    assert f"problem: cannot listen on 127.0.0.1:{port}" in capsys.readouterr().out
    assert not data.exists()


@pytest.mark.parametrize("command", ["check", "serve"])
def test_a_wrong_setting_is_one_line(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    """Named as it was set, on standard error, exit code 2; nothing was made."""
    monkeypatch.setenv("WARMLANE_CACHE__TTL", "c4n4ry")

    code = main([command])

    said = capsys.readouterr()
    assert (code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("warmlane: WARMLANE_CACHE__TTL ")
    assert "c4n4ry" not in said.err
    assert not data.exists()


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Path]:
    """A file that nobody can read to its end yet."""
    path = tmp_path / "warmlane.toml"
    os.mkfifo(path)
    yield path
    path.unlink()


def test_ctrl_c_is_no_traceback(pipe: Path) -> None:
    """A command that is interrupted ends as shells expect: 128 and the number of the signal."""
    code = (
        "import signal, sys; from warmlane_serve.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background inherits deaf ears
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "check", "--config", str(pipe)]
    process = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": SOURCES}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        with pipe.open("wb"):  # which comes back once the command has opened it too
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)  # should it read on for a moment, the pipe has an end now

    assert (process.returncode, out, err) == (130, b"", b"")


def test_what_it_is_is_said_without_loading_the_gateway() -> None:
    """Nobody waits a second for a version."""
    code = (
        "import sys\n"
        "from warmlane_serve.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: print(*sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": SOURCES}, capture_output=True, check=True
    )

    loaded = done.stdout.decode().split()
    assert "warmlane_serve.cli" in loaded
    assert {"aiohttp", "chromadb", "onnxruntime", "pydantic", "uvicorn", "warmlane.gateway"}.isdisjoint(loaded)


@pytest.fixture
def without_ray(tmp_path: Path) -> Path:
    """A folder of packages as a base install has it: all that are here, but Ray."""
    folder = tmp_path / "packages"
    folder.mkdir()
    for each in Path(sysconfig.get_path("purelib")).iterdir():
        if not each.name.startswith("ray"):
            (folder / each.name).symlink_to(each)
    return folder


@pytest.mark.slow
async def test_without_ray_all_runs_in_one_process(tmp_path: Path, without_ray: Path) -> None:
    """Which is said in one line, with how to get it."""
    code = f"import sys; sys.path.append({str(without_ray)!r}); from warmlane_serve.cli import main; sys.exit(main())"
    async with serving(tmp_path, start=("-S", "-c", code, "serve")) as served:
        assert "ok" in await served.page("/healthz")
        assert await served.end() == 0

    assert served.err.decode() == (
        "warmlane: without Ray, all runs in one process; pip install 'warmlane[ray]', or say --solo\n"
    )


@pytest.mark.slow
async def test_without_ray_there_is_no_cluster(tmp_path: Path, without_ray: Path) -> None:
    """A cluster that was asked for is not left out in silence."""
    code = f"import sys; sys.path.append({str(without_ray)!r}); from warmlane_serve.cli import main; sys.exit(main())"
    start = ("-S", "-c", code, "serve", "--address", "auto")

    assert await refused(tmp_path, start=start) == (
        2, "", "warmlane: a cluster needs the ray extra: pip install 'warmlane[ray]'\n"
    )  # fmt: skip
