"""What may stand in no file here."""

import re
from pathlib import Path

# In pieces, so that this file passes its own test.
REGISTRY_HOSTS = re.compile(
    "|".join(["py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.(org|com)", "proxy.golang" + r"\.org"])
)
PAUSES = re.compile(r"\b(asyncio|time|anyio|trio)\.sleep\(|\bfrom (asyncio|time|anyio|trio) import [^\n]*\bsleep\b")
STAND_INS = re.compile(r"unittest\.mock|\bMagicMock\b|\bmocker\.|monkeypatch\.setattr")
UNFINISHED = re.compile(r"\b(TO" + "DO|FIX" + "ME|X" + r"XX)\b|NotImplemented" + "Error")


def found(texts: dict[Path, str], pattern: re.Pattern[str], *under: str) -> list[str]:
    """Where the pattern stands, in files under these folders (none named: everywhere)."""
    return [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
        for path, text in texts.items()
        if (not under or path.parts[0] in under) and path != Path(__file__).relative_to(Path(__file__).parents[2])
        for match in pattern.finditer(text)
    ]


def test_no_file_names_a_package_registry(texts: dict[Path, str]) -> None:
    """Whoever installs uses the index of their own choice."""
    assert found(texts, REGISTRY_HOSTS) == []


def test_locks_hold_names_versions_and_hashes_only(texts: dict[Path, str]) -> None:
    """No address, no option: each line is a pin, a hash or where the pin came from."""
    pin = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,-]+\])?==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?|\s*#.*|")
    locks = {path: text for path, text in texts.items() if re.fullmatch(r"requirements.*\.lock", path.name)}

    odd = [f"{path}: {line}" for path, text in locks.items() for line in text.splitlines() if not pin.fullmatch(line)]

    assert len(locks) >= 2
    assert odd == []
    assert found(locks, re.compile("://")) == []


def test_the_dev_lock_holds_the_base_lock(texts: dict[Path, str]) -> None:
    """What is tested is what is installed: one version of each package in both locks."""
    pins = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
    base, dev = (dict(pins.findall(texts[Path(name)])) for name in ("requirements.lock", "requirements-dev.lock"))

    assert base.items() - dev.items() == set()


def test_tests_wait_for_events_not_for_time(texts: dict[Path, str]) -> None:
    """A pause in a test is a race that is lost on a slow machine."""
    assert found(texts, PAUSES, "tests") == []


def test_tests_hold_no_stand_ins(texts: dict[Path, str]) -> None:
    """The fakes are shipped classes with the same laws as the real thing."""
    assert found(texts, STAND_INS, "tests") == []


def test_the_product_holds_nothing_unfinished(texts: dict[Path, str]) -> None:
    """What is not done is not there."""
    assert found(texts, UNFINISHED, "app", "stores", "deployments") == []


def test_the_patterns_find() -> None:
    """A lint that finds nothing passes everything."""
    planted = {Path("tests/x.py"): "import time\ntime." + "sleep(1)\n", Path("app/y.py"): "# TO" + "DO\n"}

    assert found(planted, PAUSES, "tests") == ["tests/x.py:2"]
    assert found(planted, UNFINISHED, "app") == ["app/y.py:1"]
