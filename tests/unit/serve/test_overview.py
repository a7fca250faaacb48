"""What an operator sees of a cluster. Asking a real one is in tests/serve."""

from warmlane_serve.overview import lines


def test_each_stage_and_each_replica_has_a_line() -> None:
    """By rank; a shard says where its journal is; a stage without replicas is there too."""
    about = {"replica": "r", "node": "0123456789abcdef", "host": "10.0.0.1", "in_flight": 2.0, "queue_ms": 1.25}
    stages = {
        "store": [{**about, "pid": 7, "rank": 1, "keeps": "/data/cache/shard-1"}, {**about, "pid": 8, "rank": 0}],
        "recorder": [{**about, "pid": 9, "rank": 0}],
        "embedder": [],
    }

    assert list(lines(stages)) == [
        "store: 2 replicas",
        "    0  node 01234567 (10.0.0.1)  process 8  2 in flight, waiting 1.2 ms",
        "    1  node 01234567 (10.0.0.1)  process 7  2 in flight, waiting 1.2 ms  keeps /data/cache/shard-1",
        "recorder: 1 replica",
        "    0  node 01234567 (10.0.0.1)  process 9  2 in flight, waiting 1.2 ms",
        "embedder: 0 replicas",
    ]
