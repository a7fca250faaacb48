"""The provider behind a forwarder: what it says comes through the hop as it is, and so does hanging up on it."""

from collections.abc import AsyncGenerator

from warmlane.errors import StageError, Unreachable
from warmlane.model import Call, Head
from warmlane_serve.lane import calls
from warmlane_serve.lane.client import Lost, Unsent
from warmlane_serve.lane.frames import Unframer
from warmlane_serve.remote.base import RemotePort


class RemoteForwarder(RemotePort):
    """Sends a call to the forwarder that has least to do. A call that costs money is made once."""

    async def forward(self, call: Call, /) -> AsyncGenerator[Head | bytes, None]:
        """Start the call. Raises: UpstreamError, also where no forwarder is reached; what the call's body raises."""
        upload = None if isinstance(call.body, bytes) else calls.Upload(call, call.body)
        sent = calls.write_whole(call, call.body) if isinstance(call.body, bytes) else upload
        assert sent is not None
        answer = Unframer()
        try:
            async with self._lane.stream("/forward", sent) as exchange:
                async for piece in exchange.content.iter_any():
                    for item in answer.feed(piece):
                        yield item
        except Unsent:
            msg = "no forwarder takes a connection: nothing was sent"
            raise Unreachable(msg) from None
        except Lost:
            if upload is not None and upload.error is not None:
                raise upload.error from None
            raise _broken(answer) from None
        except StageError as error:
            raise Unreachable(error.message) from None
        if not answer.ended:
            raise _broken(answer)


def _broken(answer: Unframer) -> Unreachable:
    if answer.begun:
        return Unreachable("the provider's answer broke off")
    return Unreachable("the connection to a forwarder broke: the provider may have seen the call")
