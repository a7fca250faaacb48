"""What the terminal shows of a start."""

import io

import pytest

from warmlane.clock import ManualClock
from warmlane.errors import ConfigError
from warmlane_serve.progress import Progress, StageState, trouble, waiting

FINE = StageState(status="HEALTHY", running=1)
COMING = StageState(status="UPDATING")


def failing(text: str, left: int) -> str:
    """What Serve says of a stage whose replicas raise."""
    return (
        f"A replica failed to start with exception. Retrying {left} more time(s). Error:\n"
        f'ray::ServeReplica.initialize()\n  File "caching.py", line 30, in __init__\n{text}\n'
    )


FAILED = "The deployment failed to start 3 times in a row. See controller logs for details. Error:\nTraceback\n"


@pytest.fixture
def out() -> io.StringIO:
    """The terminal."""
    return io.StringIO()


def test_each_stage_is_told_once(out: io.StringIO, clock: ManualClock) -> None:
    """With the seconds since the start, and its replicas where there are several."""
    progress = Progress(out, clock)
    clock.advance(6.14)
    progress.ready("ray")
    clock.advance(5)
    assert not progress.look({"store": FINE, "ingress": COMING})
    assert not progress.look({"store": FINE, "ingress": COMING})
    clock.advance(1)
    assert progress.look({"store": FINE, "ingress": StageState(status="HEALTHY", running=3)})

    assert out.getvalue() == (
        "  ray        ready after  6.1 s\n"
        "  store      ready after 11.1 s\n"
        "  ingress    ready after 12.1 s, 3 replicas\n"
    )  # fmt: skip


def test_nothing_is_not_ready(out: io.StringIO, clock: ManualClock) -> None:
    """Serve does not know the stages yet."""
    assert not Progress(out, clock).look({})


def test_a_setting_that_a_replica_refuses_ends_the_start(out: io.StringIO, clock: ManualClock) -> None:
    """With what it says of it, and which stage does."""
    said = failing("warmlane.errors.ConfigError: this node has no secret: set WARMLANE_SECRET", left=1)

    with pytest.raises(ConfigError) as caught:
        Progress(out, clock).look({"ingress": FINE, "store": StageState(status="UPDATING", message=said)})

    assert caught.value.message == "store: this node has no secret: set WARMLANE_SECRET"


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (COMING, None),
        (FINE, None),
        (StageState(status="UPDATING", message=failing("ConfigError: not yet", left=2)), None),
        (StageState(status="UPDATING", message=failing("ValueError: c4n4ry", left=1)), None),
        (StageState(status="DEPLOY_FAILED", message=FAILED + "a.ConfigError: never"), "store: never"),
        (StageState(status="DEPLOY_FAILED", message=FAILED + "ValueError: c4n4ry"), "store cannot start (ValueError)"),
        (
            StageState(status="DEPLOY_FAILED", message=FAILED + "ray.exceptions.RayActorError: c4n4ry"),
            "store cannot start (RayActorError)",
        ),
        (StageState(status="DEPLOY_FAILED", message=""), "store cannot start (Ray does not say why)"),
    ],
)
def test_why_a_stage_cannot_be(state: StageState, why: str | None) -> None:
    """A setting's error once it was seen twice; of others the kind, and not what they say."""
    assert trouble({"ingress": FINE, "store": state}) == why


def test_what_waits_for_room_is_told_once(out: io.StringIO, clock: ManualClock) -> None:
    """A cluster may grow: it is no failure."""
    message = "Deployment 'EmbeddingWorker' has 1 replicas that have taken more than 30s to be scheduled. Waiting."
    stages = {"embedder": StageState(status="UPDATING", message=message)}
    progress = Progress(out, clock)

    assert not progress.look(stages)
    assert not progress.look(stages)

    assert out.getvalue().splitlines() == list(waiting(stages))
    assert "embedder   waits for room" in out.getvalue()
