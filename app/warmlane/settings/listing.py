"""The settings one by one, for whoever shows them: names, defaults, meanings."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from warmlane.model import Value
from warmlane.settings.fields import PREFIX, SEPARATOR, ProviderSettings, Settings

ANY_NAME = "<name>"
"""Stands for a provider's name."""


class Setting(Value, frozen=True, kw_only=True, gc=True):
    """One setting: its keys from the outside in, its type, its default, and what it means."""

    keys: tuple[str, ...]
    kind: Any
    default: Any
    meaning: str

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return variable(self.keys)

    @property
    def key(self) -> str:
        """Its name in TOML."""
        return ".".join(self.keys)


def variable(keys: tuple[str, ...]) -> str:
    """The name in the environment of what `keys` lead to."""
    return PREFIX + SEPARATOR.join(keys).upper()


def every_setting(group: type[BaseModel] = Settings, above: tuple[str, ...] = ()) -> Iterator[Setting]:
    """All there are, in order."""
    for name, field in group.model_fields.items():
        if name == "providers":
            yield from every_setting(ProviderSettings, (*above, name, ANY_NAME))
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from every_setting(field.annotation, (*above, name))
        else:
            default = None if field.is_required() else field.default
            yield Setting(keys=(*above, name), kind=field.annotation, default=default, meaning=field.description or "")
