"""Where settings come from: an option of the command line outranks the environment, the environment the TOML file."""

import difflib
import os
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource, SettingsError

from warmlane.errors import ConfigError
from warmlane.settings.fields import PREFIX, SEPARATOR, STANDARD_OTLP, Settings
from warmlane.settings.listing import every_setting, variable

# What Kubernetes puts into the environment of containers where a Service's name begins with "warmlane".
_FROM_KUBERNETES: Final = re.compile(r"\w*_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT|PORT_\d+_(TCP|UDP)(_\w+)?)")
_ITS_PORT: Final = "tcp://"

_Keys = tuple[str, ...]


def load(config: Path | None = None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """The settings in force: `overrides` (groups as mappings), then the environment, then the file `config`.

    Raises: ConfigError, one line that names the setting as it was set, says how to mend it, and never its value.
    """
    given = overrides or {}
    merged = _merged(_merged(_file(config), _environment()), given)
    _add_standard(merged)
    try:
        return Settings(**merged)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        # A name that is spelled wrong explains one that is missing.
        problem = min(problems, key=lambda each: each["type"] != "extra_forbidden")
        keys = tuple([str(key) for key in problem["loc"] if not isinstance(key, int)])  # no place in a list
        where = _where(keys, given, config)
        msg = f"{where} {_what(keys, problem['type'], problem['msg'])}"
        raise ConfigError(msg) from None


def _file(config: Path | None) -> dict[str, Any]:
    if config is None:
        return {}
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"{config} cannot be read: {(error.strerror or 'unknown').lower()}"
    except UnicodeDecodeError:
        msg = f"{config} is no text in UTF-8"
    except tomllib.TOMLDecodeError as error:
        msg = f"{config} is no TOML: {str(error).splitlines()[0]}"
    raise ConfigError(msg)


def _environment() -> dict[str, Any]:
    _refuse_unknown(name for name in os.environ if name.upper().startswith(PREFIX))
    try:
        return EnvSettingsSource(Settings)()
    except SettingsError as error:
        # A whole group given as JSON, which is none. The error's text names the group, and nothing of the content.
        found = re.search(r'field "(\w+)"', str(error))
        group = found[1] if found else "cache"
        example = next(each for each in every_setting() if each.keys[0] == group)
        msg = f"{variable((group,))} is a group of settings; set them one by one, such as {example.variable}"
        raise ConfigError(msg) from None


def _refuse_unknown(names: Iterable[str]) -> None:
    """A setting that is spelled wrong would be ignored in silence, the secret's among them."""
    known = set(Settings.model_fields)
    for name in names:
        first = name.upper().removeprefix(PREFIX).split(SEPARATOR)[0].lower()
        if first not in known and not _FROM_KUBERNETES.fullmatch(name.upper()):
            close = _close(name.upper(), [each.variable for each in every_setting()])
            msg = f"{name} is no setting{close}"
            raise ConfigError(msg)


def _merged(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(lower)
    for key, value in upper.items():
        below = result.get(key)
        result[key] = _merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return result


def _add_standard(merged: dict[str, Any]) -> None:
    """OpenTelemetry's own name for the endpoint counts where ours is not set."""
    endpoint, group = os.environ.get(STANDARD_OTLP), merged.get("telemetry", {})
    if endpoint and isinstance(group, dict) and "otlp_endpoint" not in group:
        merged["telemetry"] = {**group, "otlp_endpoint": endpoint}


def _where(keys: _Keys, given: Mapping[str, Any], config: Path | None) -> str:
    """The setting by the name under which somebody set it."""
    if _is_given(keys, given):
        return ".".join(keys) if len(keys) > 1 else f"--{keys[0].replace('_', '-')}"
    name = variable(keys)
    set_here = {each.upper() for each in os.environ if os.environ[each]}
    if any(each == name or each.startswith(name + SEPARATOR) for each in set_here):
        return name
    if keys == ("telemetry", "otlp_endpoint") and STANDARD_OTLP in set_here:
        return STANDARD_OTLP
    return name if config is None else f"{'.'.join(keys)} in {config}"


def _is_given(keys: _Keys, given: Mapping[str, Any]) -> bool:
    """Whether `given` has it; a name that is missing belongs to the group that is there."""
    below: Any = given
    for key in keys[:-1]:
        below = below.get(key) if isinstance(below, Mapping) else None
    return isinstance(below, Mapping) and (keys[-1] in below or len(keys) > 1)


def _what(keys: _Keys, kind: str, message: str) -> str:
    """What is wrong, and what the setting is for. Pydantic's messages hold no values."""
    if kind == "extra_forbidden":
        beside = {each.keys[len(keys) - 1] for each in every_setting() if each.keys[: len(keys) - 1] == keys[:-1]}
        return f"is no setting{_close(keys[-1], beside)}"
    if kind == "missing":
        return "is missing"
    if keys == ("port",) and os.environ.get(variable(keys), "").startswith(_ITS_PORT):
        return (
            "was set by Kubernetes for a Service named warmlane; "
            "set enableServiceLinks to false in the pod, or name the Service otherwise"
        )
    text = message.removeprefix("Value error, ").replace("Input should", "should").removesuffix(".")
    if kind == "byte_size":
        text = "should be a number of bytes, or one with a unit such as 64 MiB"
    meaning = next((each.meaning for each in every_setting() if each.keys == keys), "")
    return f"{text}. It is: {meaning}" if meaning else text


def _close(name: str, known: Collection[str]) -> str:
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f"; did you mean {found[0]}?" if found else "; docs/reference/settings.md has them all"
