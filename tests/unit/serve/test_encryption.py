"""TLS between stages: whom the cluster's authority signed is let in, and nobody else."""

import asyncio
import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from warmlane.errors import ConfigError
from warmlane.settings.stages import ClusterSettings
from warmlane_serve.encryption import answering, calling


def made(folder: Path, name: str) -> ClusterSettings:
    """The settings of a cluster with an authority of its own, named `name`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / f"{name}.pem", folder / f"{name}.key"
    cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key_path.write_bytes(key.private_bytes(pem, form, plain))
    return ClusterSettings(tls_cert=cert_path, tls_key=key_path, tls_ca=cert_path)


async def greeting(server: ClusterSettings, client: ClusterSettings) -> bytes:
    """What a caller hears first. Raises: OSError."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    listening = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=answering(server))
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=calling(client))
        try:
            return await reader.read()
        finally:
            writer.close()


async def test_stages_of_one_cluster_understand_each_other(tmp_path: Path) -> None:
    """Whatever addresses they have."""
    cluster = made(tmp_path, "ours")

    assert await greeting(cluster, cluster) == b"hello"


async def test_a_stranger_is_not_called(tmp_path: Path) -> None:
    """It would get prompts."""
    with pytest.raises(ssl.SSLError):
        await greeting(made(tmp_path, "theirs"), made(tmp_path, "ours"))


async def test_a_caller_without_a_certificate_is_not_answered(tmp_path: Path) -> None:
    """It hears nothing."""
    cluster = made(tmp_path, "ours")
    bare = ssl.create_default_context(cafile=cluster.tls_ca)
    bare.check_hostname = False
    heard = []

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())
        writer.close()

    listening = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=answering(cluster))
    async with listening:
        answer = await said_to(listening.sockets[0].getsockname()[1], bare)

    assert (answer, heard) == (b"", [])


async def said_to(port: int, context: ssl.SSLContext) -> bytes:
    """Say something; the answer, empty where the connection ends without one."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    try:
        writer.write(b"hello")
        return await reader.read()
    except OSError:
        return b""
    finally:
        writer.close()


def test_without_files_there_is_no_tls() -> None:
    """The stages speak plainly, as on one machine."""
    assert answering(ClusterSettings()) is calling(ClusterSettings()) is None


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_files_that_cannot_be_used_are_told(tmp_path: Path, content: str | None) -> None:
    """By the settings that name them."""
    path = tmp_path / "x.pem"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ConfigError, match=r"^WARMLANE_CLUSTER__TLS_CERT, __TLS_KEY or __TLS_CA cannot be used: "):
        answering(ClusterSettings(tls_cert=path, tls_key=path, tls_ca=path))
