"""The gateway's own secret. All sealing keys are derived from it, together with each caller's own key."""

import contextlib
import hashlib
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from warmlane.errors import ConfigError
from warmlane.settings.fields import Settings

NAME: Final = "secret"
"""The file in the data folder."""

_SHORTEST: Final = 32


def pepper(settings: Settings) -> bytes:
    """32 bytes, always the same ones: from the secret that is set, else from the one in the data folder.

    That one is made where there is none, if nobody beyond this machine can call. Raises: ConfigError.
    """
    if settings.secret is not None:
        return _derived(settings.secret.get_secret_value())
    if not settings.is_loopback:
        msg = (
            f"WARMLANE_SECRET must be set where the gateway listens beyond this machine ({settings.host}): "
            "make one with `openssl rand -hex 32` and keep it, since no answer can be opened without it"
        )
        raise ConfigError(msg)
    path = settings.data_dir.expanduser() / NAME
    try:
        return _derived(_read(path) if path.exists() else _make(path))
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        msg = f"WARMLANE_DATA_DIR: {path} cannot be read or made ({why}); mend it, or name another folder"
        raise ConfigError(msg) from None


def _derived(text: str) -> bytes:
    """The text itself counts, be it hex, base64 or a sentence: so the file's content may be moved into the variable."""
    return hashlib.sha256(b"warmlane/pepper/v1\0" + text.strip().encode()).digest()


def _read(path: Path) -> str:
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        msg = f"{path} can be read by others, and all sealing keys depend on it; mend that: chmod 600 {path}"
        raise ConfigError(msg)
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    if len(text) < _SHORTEST:
        msg = f"{path} holds no secret; put it back, or remove the file and with it all hope of the answers kept so far"
        raise ConfigError(msg)
    return text


def _make(path: Path) -> str:
    """Make the file whole or not at all; where another process was faster, its secret is the one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{NAME}.{secrets.token_hex(8)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123 - a descriptor
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return _read(path)
