"""Shadow checks: a share of the answers that were found by meaning is asked for again, in the background.

What is served is never compared otherwise: only misses pay for a fresh answer. A check is a call of the caller's, with
the caller's key, and costs the caller what it costs: so nothing is checked unless whoever runs the gateway wants it.
"""

from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Final

from warmlane.errors import UpstreamError
from warmlane.events import Source, Stage
from warmlane.labelling import Labelling
from warmlane.model import Call, Head
from warmlane.ports import Forwarder
from warmlane.report import Reporter
from warmlane.tee import Tee
from warmlane.trip import Neighbour, Trip

_OK: Final = 200


class Shadows:
    """Asks again."""

    def __init__(
        self,
        *,
        share: float,
        free: Mapping[str, float],
        draw: Callable[[], float],
        most: int,
        forwarder: Forwarder,
        labelling: Labelling,
        reporter: Reporter,
    ) -> None:
        """Check the `share`, 0 to 1, of hits by meaning; at providers in `free`, who cost nothing, the share there.

        `draw` gives numbers from 0 up to 1; answers of more than `most` bytes are not read.
        """
        self._share, self._free, self._draw, self._most = share, free, draw, most
        self._forwarder, self._labelling, self._reporter = forwarder, labelling, reporter

    def wants(self, trip: Trip) -> bool:
        """Whether this hit is to be checked: a draw."""
        share = self._free.get(trip.call.provider, self._share)
        return share > 0 and self._draw() < share

    async def check(self, trip: Trip, key: bytes, outbound: Call) -> None:
        """Ask for what was found under `key` again, as `outbound`, and learn from what comes. Never raises."""
        served = next((each for each in trip.neighbours if each.key == key), None)
        if served is None:
            return
        try:
            await self._ask(trip, served, outbound)
        except UpstreamError:
            return  # the provider has other things to do
        except Exception as error:  # noqa: BLE001 - the call is over, and nobody waits for this
            self._reporter.stage_failed(trip, Stage.LEARN, error)

    async def _ask(self, trip: Trip, served: Neighbour, outbound: Call) -> None:
        assert trip.dialect is not None
        tee = Tee(self._most)
        async with aclosing(self._forwarder.forward(outbound)) as stream:
            async for item in stream:
                if not isinstance(item, Head):
                    tee.add(item)
                elif item.status == _OK:
                    tee.start(item)
                else:
                    return
        tee.complete = True
        finish = tee.finish(trip.dialect)
        if finish is None or finish.refuse is not None or finish.exact_only:
            return
        whole = tee.whole(trip.dialect)
        if whole is not None and whole.said is not None:
            await self._labelling.compare(trip, served, whole.said, Source.SHADOW)
