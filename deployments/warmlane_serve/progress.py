"""What the terminal shows of a start: a line for each stage when it is ready, and why one is not."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, TextIO

from warmlane.clock import Clock
from warmlane.errors import ConfigError
from warmlane.model import Value

_REFUSED: Final = re.compile(r"\bConfigError: (.+)")
_RAISED: Final = re.compile(r"^(?:\w+\.)*(\w*(?:Error|Exception|Exit|Interrupt)\b)", re.MULTILINE)
_AGAIN: Final = re.compile(r"Retrying (\d+) more time")
_LEFT: Final = 1
"""Tries that are left when a wrong setting is believed: the journal of a shard may be another's for a moment more."""

READY: Final = "HEALTHY"
FAILED: Final = "DEPLOY_FAILED"


class StageState(Value, frozen=True, kw_only=True):
    """A stage as Serve sees it: its status, how many replicas run, and what Serve says of it."""

    status: str
    running: int = 0
    message: str = ""


Stages = Mapping[str, StageState]
"""By the name that the settings give the stage."""


class Progress:
    """Tells the terminal. A stage that is ready is told once."""

    def __init__(self, out: TextIO, clock: Clock) -> None:
        """Count the seconds from now on."""
        self._out, self._clock, self._begun = out, clock, clock.monotonic()
        self._told: set[str] = set()

    def ready(self, what: str, note: str = "") -> None:
        """Something is there."""
        self._told.add(what)
        took = self._clock.monotonic() - self._begun
        print(f"  {what:<10} ready after {took:4.1f} s{note}", file=self._out, flush=True)

    def say(self, line: str) -> None:
        """A line of another kind, said once."""
        if line not in self._told:
            self._told.add(line)
            print(line, file=self._out, flush=True)

    def look(self, stages: Stages) -> bool:
        """Tell what is new; whether all are ready. Raises: ConfigError, where a stage cannot be."""
        why = trouble(stages)
        if why is not None:
            raise ConfigError(why)
        for name, stage in stages.items():
            if stage.status == READY and name not in self._told:
                self.ready(name, f", {stage.running} replicas" if stage.running > 1 else "")
        for line in waiting(stages):
            self.say(line)
        return bool(stages) and all(stage.status == READY for stage in stages.values())


def trouble(stages: Stages) -> str | None:
    """Why a stage will never be ready, in one line without what an unforeseen exception says; None while it may."""
    for name, stage in stages.items():
        refused, again = _REFUSED.search(stage.message), _AGAIN.search(stage.message)
        if refused and (stage.status == FAILED or (again and int(again[1]) <= _LEFT)):
            return f"{name}: {refused[1].strip()}"
        if stage.status == FAILED:
            raised = _RAISED.findall(stage.message)
            return f"{name} cannot start ({raised[-1] if raised else 'Ray does not say why'})"
    return None


def waiting(stages: Stages) -> Iterator[str]:
    """What a stage lacks that may still come: room on a node."""
    for name, stage in stages.items():
        if "to be scheduled" in stage.message:
            yield f"  {name:<10} waits for room: no node has the cores, GPUs or resources that are free and asked for"
