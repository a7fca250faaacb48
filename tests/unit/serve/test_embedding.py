"""The embedder in a replica: texts come in through its socket, and vectors go out."""

from pathlib import Path

import numpy as np
import pytest

from unit.serve.replica import lane_to, replica
from warmlane.adapters.embedders import Pieces
from warmlane.errors import StageError
from warmlane.settings import Settings
from warmlane_serve.embedding import EmbeddingWorker
from warmlane_serve.remote import RemoteEmbedder


async def test_texts_become_vectors_in_the_replica(tmp_path: Path) -> None:
    """It serves as soon as it is there: the model is loaded before."""
    pieces = Pieces()
    async with replica(EmbeddingWorker, Settings(data_dir=tmp_path)) as stage:
        remote = RemoteEmbedder(
            lane_to(stage), name=pieces.name, dim=pieces.dim, window=pieces.window, fits=pieces.fits
        )

        one, other = await remote.embed(["How do I reset my password?", "What is the boiling point of water?"])

        assert one.shape == (pieces.dim,)
        assert np.linalg.norm(other) == pytest.approx(1, abs=1e-5)
        await stage.check_health()
        assert stage.record_autoscaling_stats()["queue_ms"] >= 0
        await remote.aclose()


async def test_where_it_is_off_the_stage_is_there_and_embeds_nothing(tmp_path: Path) -> None:
    """Settings may switch it off; then the ingress does not ask."""
    async with replica(EmbeddingWorker, Settings(data_dir=tmp_path, embedding={"enabled": False})) as stage:
        remote = RemoteEmbedder(lane_to(stage), name="none", dim=384, window=256, fits=bool)

        with pytest.raises(StageError):
            await remote.embed(["a"])

        await stage.check_health()
        assert stage.record_autoscaling_stats()["queue_ms"] >= 0
        await remote.aclose()
