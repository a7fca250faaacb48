"""TLS between nodes, with certificates made for the test."""

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lanes import calling, serving
from warmlane.errors import ConfigError
from warmlane_serve.lane.client import Lost
from warmlane_serve.lane.handlers.base import answering
from warmlane_serve.lane.tls import client_tls, server_tls

START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class Authority:
    """Signs certificates."""

    def __init__(self, folder: Path, name: str) -> None:
        """Its own lies in `folder`."""
        folder.mkdir()
        self.folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(self._sign(self._name, self._key, ca=True))

    def files(self) -> tuple[Path, Path, Path]:
        """Certificate, key and authority of a node."""
        key = ec.generate_private_key(ec.SECP256R1())
        cert, secret = self.folder / "cert.pem", self.folder / "key.pem"
        cert.write_bytes(self._sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "node")]), key, ca=False))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return cert, secret, self.ca

    def _sign(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, ca: bool) -> bytes:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(START)
            .not_valid_after(START + dt.timedelta(days=36_500))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


async def echo(body: bytes) -> bytes:
    """What came."""
    return body


async def test_who_shows_the_clusters_certificate_is_served_over_tcp_and_nobody_else(tmp_path: Path) -> None:
    """Neither in clear, nor with another authority's; the Unix socket goes without."""
    ours, theirs = Authority(tmp_path / "ours", "ours").files(), Authority(tmp_path / "theirs", "theirs").files()
    async with serving({"/echo": answering(echo)}, tls=server_tls(*ours)) as servers:
        async with calling(*servers, over="tcp", tls=client_tls(*ours)) as lane:
            assert await lane.ask("/echo", b"1") == b"1"
        async with calling(*servers, tls=client_tls(*ours)) as lane:
            assert await lane.ask("/echo", b"2") == b"2"
        for tls in (None, client_tls(*theirs)):
            async with calling(*servers, over="tcp", tls=tls) as lane:
                with pytest.raises(Lost):
                    await lane.ask("/echo", b"3")


async def test_a_caller_does_not_take_any_stage_for_ours(tmp_path: Path) -> None:
    """Nothing, not even the bearer, goes to one that another authority signed."""
    ours, theirs = Authority(tmp_path / "ours", "ours").files(), Authority(tmp_path / "theirs", "theirs").files()
    async with (
        serving({"/echo": answering(echo)}, tls=server_tls(*theirs)) as servers,
        calling(*servers, over="tcp", tls=client_tls(*ours)) as lane,
    ):
        with pytest.raises(Lost):
            await lane.ask("/echo")


@pytest.mark.parametrize("spoilt", [0, 1, 2])
@pytest.mark.parametrize("content", [None, "no PEM"])
def test_files_that_cannot_be_used_are_named(tmp_path: Path, spoilt: int, content: str | None) -> None:
    """With the settings they came from."""
    files = Authority(tmp_path / "ours", "ours").files()
    files[spoilt].unlink() if content is None else files[spoilt].write_text(content)

    for make in (server_tls, client_tls):
        with pytest.raises(ConfigError, match=f"TLS_CERT.*{files[spoilt].name}"):
            make(*files)
