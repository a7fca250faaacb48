"""TLS between nodes: both sides show a certificate of the cluster's own authority, and nobody else gets in."""

import ssl
from pathlib import Path

from warmlane.errors import ConfigError


def server_tls(cert: Path, key: Path, ca: Path) -> ssl.SSLContext:
    """What a stage listens with, from PEM files. Blocks for a moment. Raises: ConfigError."""
    return _context(ssl.PROTOCOL_TLS_SERVER, cert, key, ca)


def client_tls(cert: Path, key: Path, ca: Path) -> ssl.SSLContext:
    """What a stage calls with, from PEM files. Blocks for a moment. Raises: ConfigError."""
    return _context(ssl.PROTOCOL_TLS_CLIENT, cert, key, ca)


def _context(protocol: int, cert: Path, key: Path, ca: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # Replicas are called by address, and come and go: a certificate names the cluster, by the authority that signed it.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_cert_chain(cert, key)
        context.load_verify_locations(ca)
    except (OSError, ssl.SSLError) as error:
        msg = (
            f"WARMLANE_CLUSTER__TLS_CERT, __TLS_KEY, __TLS_CA: {cert}, {key} and {ca} cannot be used "
            f"({type(error).__name__}); they must be PEM files: a certificate, its key, and who signed it"
        )
        raise ConfigError(msg) from None
    return context
