"""The command line: `warmlane serve`, `warmlane check`, `warmlane explain`."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from warmlane.errors import ConfigError

_GET_RAY: Final = "pip install 'warmlane[ray]'"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; the exit code. A wrong setting is one line on standard error."""
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except ConfigError as error:
        print(f"warmlane: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="warmlane", description="A caching gateway for LLM APIs.")
    parser.add_argument("--version", action="version", version=f"warmlane {_version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="run the gateway")
    where = serve.add_mutually_exclusive_group()
    where.add_argument("--solo", action="store_true", help="in one process, without Ray")
    where.add_argument(
        "--address",
        help="on a Ray cluster that is there: auto, HOST:PORT or ray://HOST:PORT (else one is started here)",
    )
    serve.set_defaults(run=_serve)
    check = commands.add_parser("check", help="print the effective settings and what is wrong with them")
    check.add_argument("--cluster", action="store_true", help="what runs where in the running cluster, instead")
    check.set_defaults(run=_check, address=None)
    _add_explain(commands.add_parser("explain", help="say what a request would get from the cache, and why"))
    for command in (serve, check):
        command.add_argument("--host", help="address to listen on (127.0.0.1)")
        command.add_argument("--port", type=int, help="port to listen on (8000; 0: any free one)")
        command.add_argument("--config", type=Path, metavar="FILE", help="settings as TOML")
    return parser


def _add_explain(explain: argparse.ArgumentParser) -> None:
    explain.add_argument("request", nargs="?", type=Path, metavar="REQUEST", help="a file with the body; - for stdin")
    explain.add_argument("--text", help="the last user text of a chat, instead of a file")
    explain.add_argument("--model", help="the model that the chat is for")
    explain.add_argument("--url", help="the gateway's, with the path of the API (OpenAI's chat on port 8000)")
    explain.add_argument("--key", help="the caller's API key (else from the provider's variable, as OPENAI_API_KEY)")
    explain.add_argument("--header", action="append", default=[], metavar="'NAME: VALUE'", help="one that counts too")
    explain.add_argument("--json", action="store_true", help="print what the gateway says as it is")
    explain.set_defaults(run=_explain)


def _version() -> str:
    try:
        return version("warmlane")
    except PackageNotFoundError:
        return "(not installed)"


def _overrides(chosen: argparse.Namespace) -> dict[str, object]:
    address = None if chosen.address is None else {"address": chosen.address}
    given = {"host": chosen.host, "port": chosen.port, "cluster": address}
    return {name: value for name, value in given.items() if value is not None}


# Imported where used: `--version` and `--help` need none of it, and a wrong setting is told before the servers load.


def _serve(chosen: argparse.Namespace) -> int:
    from warmlane.settings import load

    settings = load(chosen.config, _overrides(chosen))

    if not chosen.solo and _has_ray():
        from warmlane_serve import cluster

        return cluster.serve(settings)
    if not chosen.solo and settings.cluster.address is not None:
        msg = f"a cluster needs the ray extra: {_GET_RAY}"
        raise ConfigError(msg)
    if not chosen.solo:
        print(f"warmlane: without Ray, all runs in one process; {_GET_RAY}, or say --solo", file=sys.stderr)
    from warmlane_serve.serving import serve

    return serve(settings)


def _has_ray() -> bool:
    """Whether the ray extra is installed, Serve's share of it too. Looks without importing."""
    return all(find_spec(name) is not None for name in ("ray", "fastapi"))


def _check(chosen: argparse.Namespace) -> int:
    from warmlane.settings import load

    settings = load(chosen.config, _overrides(chosen))
    if chosen.cluster:
        from warmlane_serve.overview import run
    else:
        from warmlane_serve.check import run
    return run(settings, sys.stdout)


def _explain(chosen: argparse.Namespace) -> int:
    from warmlane_serve.explain import URL, Asking, body_of, header_of, key_of, run

    url = chosen.url or URL
    asking = Asking(
        url=url,
        body=body_of(chosen.request, chosen.text, chosen.model, sys.stdin),
        key=key_of(url, chosen.key),
        headers=tuple([header_of(each) for each in chosen.header]),
    )
    return run(asking, sys.stdout, as_json=chosen.json)


if __name__ == "__main__":
    sys.exit(main())
