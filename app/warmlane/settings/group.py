"""What every group of settings is made of."""

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ByteSize, ConfigDict, Field

Seconds: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count: TypeAlias = Annotated[int, Field(gt=0)]
Bytes: TypeAlias = Annotated[ByteSize, Field(gt=0)]
Milliseconds: TypeAlias = Annotated[int, Field(gt=0)]


class Group(BaseModel):
    """Settings that belong together: a table in TOML, a double underscore in the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
