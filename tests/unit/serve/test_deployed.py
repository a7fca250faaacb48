"""Serve's words in ours. What needs Serve itself is in tests/serve."""

from types import SimpleNamespace

from warmlane_serve.deployed import read
from warmlane_serve.options import DEPLOYMENTS
from warmlane_serve.progress import READY, StageState


def test_stages_have_the_names_that_the_settings_give_them() -> None:
    """And their deployments' status, running replicas and message."""
    fine = SimpleNamespace(
        status=SimpleNamespace(value=READY), replica_states={"RUNNING": 2, "STARTING": 1}, message=""
    )
    coming = SimpleNamespace(status=SimpleNamespace(value="UPDATING"), replica_states={}, message="Waiting.")

    stages = read({DEPLOYMENTS["store"]: fine, DEPLOYMENTS["ingress"]: coming})

    assert stages == {
        "store": StageState(status=READY, running=2),
        "ingress": StageState(status="UPDATING", message="Waiting."),
    }
