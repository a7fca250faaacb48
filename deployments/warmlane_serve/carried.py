"""Settings on their way to the replicas: all but secrets. Whatever goes through Ray is in its memory and its logs.

Each node has the secrets of its own, in its environment or its data folder, and a fingerprint tells whether it is the
same one.
"""

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from warmlane.errors import ConfigError
from warmlane.settings import Settings, load, pepper
from warmlane.settings.listing import variable
from warmlane.settings.secret import NAME as SECRET_FILE
from warmlane_serve.lane.bearer import fingerprint

_SECRET_IN_URL: Final = re.compile(r"//[^/?#]*@|[?&][^=&]*(pass|secret|token|key)[^=&]*=", re.IGNORECASE)

_Keys = tuple[str, ...]


def carried(settings: Settings, key: bytes) -> dict[str, Any]:
    """What a deployment gets of `settings`: plain values, no secret, and the fingerprint of `key`, the pepper.

    Folders are absolute from here on, since a replica works elsewhere.
    """
    values, hidden = _split(settings.model_dump(exclude={"secret"}), ())
    return {"settings": values, "hidden": hidden, "fingerprint": fingerprint(key)}


def settings_of(what: Mapping[str, Any]) -> tuple[Settings, bytes]:
    """The settings and the pepper, from what `carried` gave and this node's own secrets.

    Raises: ConfigError, when this node lacks a secret or has another one.
    """
    own = load().model_dump()
    values = dict(what["settings"])
    for keys in what["hidden"]:
        _put(values, keys, _own(own, tuple(keys)))
    settings = Settings(**values, secret=own["secret"])
    if settings.secret is None and not (settings.data_dir.expanduser() / SECRET_FILE).exists():
        msg = f"this node has no secret: set WARMLANE_SECRET, or put the file {SECRET_FILE} into {settings.data_dir}"
        raise ConfigError(msg)
    key = pepper(settings)
    if fingerprint(key) != what["fingerprint"]:
        msg = "this node has another secret than the others: WARMLANE_SECRET must be the same on every node"
        raise ConfigError(msg)
    return settings, key


def _split(group: Mapping[str, Any], above: _Keys) -> tuple[dict[str, Any], list[list[str]]]:
    kept: dict[str, Any] = {}
    hidden: list[list[str]] = []
    for name, value in group.items():
        keys = (*above, name)
        if isinstance(value, Mapping):
            kept[name], more = _split(value, keys)
            hidden += more
        elif isinstance(value, SecretStr) or (isinstance(value, str) and _SECRET_IN_URL.search(value)):
            hidden.append(list(keys))
        else:
            kept[name] = _plain(value)
    return kept, hidden


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value if str(value).startswith("~") else value.absolute())
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _own(own: Any, keys: _Keys) -> Any:
    for key in keys:
        own = own.get(key) if isinstance(own, Mapping) else None
    if own is None:
        msg = f"{variable(keys)} must be set on this node too: it holds a secret, which does not travel through Ray"
        raise ConfigError(msg)
    return own


def _put(values: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    *above, last = keys
    for key in above:
        values[key] = dict(values.get(key, {}))
        values = values[key]
    values[last] = value
