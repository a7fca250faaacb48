"""What is derived from the secret."""

from warmlane_serve.lane.bearer import bearer, fingerprint

PEPPER = bytes(range(32))


def test_the_same_secret_gives_the_same_and_another_another() -> None:
    """In every process, on every node."""
    assert bearer(PEPPER) == bearer(bytes(range(32)))
    assert bearer(PEPPER) != bearer(bytes(32))
    assert fingerprint(PEPPER) == fingerprint(bytes(range(32)))
    assert fingerprint(PEPPER) != fingerprint(bytes(32))


def test_what_may_be_shown_is_not_what_opens() -> None:
    """The fingerprint is in the deployment's arguments; the bearer is nowhere. Both fit a header."""
    assert fingerprint(PEPPER) != bearer(PEPPER)
    assert PEPPER.hex() not in bearer(PEPPER) + fingerprint(PEPPER)
    assert [len(word) for word in (bearer(PEPPER), fingerprint(PEPPER))] == [64, 64]
    assert bearer(PEPPER).isalnum()
