"""A peer that is not installed says how to install it."""

from pathlib import Path

import pytest
from bench.peers.beside import PEERS
from bench.peers.peer import Absent, Peer


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_not_installed(peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder where nobody ran the script."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(Absent, match=r"bench/peers/install\.sh"):
        peer.version()


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_what_tells_answers_apart_is_in_lower_case(peer: Peer) -> None:
    """Heads are compared in lower case."""
    assert (peer.miss, peer.hit) == (peer.miss.lower(), peer.hit.lower())
    assert peer.miss != peer.hit
