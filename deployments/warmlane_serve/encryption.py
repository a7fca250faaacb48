"""TLS between stages on different nodes: both sides show a certificate that the cluster's own authority signed."""

import ssl

from warmlane.errors import ConfigError
from warmlane.settings.stages import ClusterSettings


def answering(cluster: ClusterSettings) -> ssl.SSLContext | None:
    """What a stage's server uses; None where there is no TLS. Raises: ConfigError."""
    return _context(cluster, ssl.Purpose.CLIENT_AUTH)


def calling(cluster: ClusterSettings) -> ssl.SSLContext | None:
    """What a stage's callers use; None where there is no TLS. Raises: ConfigError."""
    return _context(cluster, ssl.Purpose.SERVER_AUTH)


def _context(cluster: ClusterSettings, purpose: ssl.Purpose) -> ssl.SSLContext | None:
    if cluster.tls_cert is None or cluster.tls_key is None or cluster.tls_ca is None:
        return None
    cert, key, authority = (path.expanduser() for path in (cluster.tls_cert, cluster.tls_key, cluster.tls_ca))
    try:
        context = ssl.create_default_context(purpose, cafile=authority)
        context.load_cert_chain(cert, key)
    except OSError as error:  # ssl.SSLError is one
        why = getattr(error, "reason", None) or error.strerror or "unknown"
        msg = f"WARMLANE_CLUSTER__TLS_CERT, __TLS_KEY or __TLS_CA cannot be used: {str(why).lower()}"
        raise ConfigError(msg) from None
    # Replicas come and go at addresses that no certificate knows. Who is of the cluster is what the authority says,
    # which signs for nobody else, and what the bearer says.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
