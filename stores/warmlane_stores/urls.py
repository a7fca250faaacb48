"""Store URLs: a scheme, a place, and options that are whole numbers."""

from collections.abc import Collection
from urllib.parse import parse_qsl, urlsplit

from warmlane.errors import ConfigError


def read_options(url: str, known: Collection[str]) -> dict[str, int]:
    """The options after the question mark.

    Raises: ConfigError, naming one that is not `known`, or no positive whole number.
    """
    scheme = urlsplit(url).scheme
    options = {}
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        if name not in known:
            allowed = ", ".join(sorted(known)) or "none"
            msg = f"a {scheme} store has no option {name!r}; it has: {allowed}"
            raise ConfigError(msg)
        if not (value.isascii() and value.isdigit()) or int(value) == 0:
            msg = f"option {name!r} of a {scheme} store must be a positive whole number"
            raise ConfigError(msg)
        options[name] = int(value)
    return options
