"""Signals are noted, and nothing is torn."""

import os
import signal

from warmlane_serve.signals import SIGNALS, Ended


def test_a_first_signal_ends_and_a_second_one_hurries() -> None:
    """Whichever they are; then the signals are whose they were."""
    before = [signal.getsignal(number) for number in SIGNALS]

    with Ended() as ended:
        assert not ended
        assert not ended.wait(0)
        os.kill(os.getpid(), signal.SIGTERM)
        assert ended.wait(60)
        assert ended
        assert not ended.wait_for_second(0)
        os.kill(os.getpid(), signal.SIGINT)
        assert ended.wait_for_second(60)

    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_what_another_took_meanwhile_is_taken_back() -> None:
    """And given back in the end to whoever had it first."""
    before = signal.getsignal(signal.SIGTERM)

    with Ended() as ended:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        ended.listen()
        os.kill(os.getpid(), signal.SIGTERM)
        assert ended.wait(60)

    assert signal.getsignal(signal.SIGTERM) == before
