"""The wire speaks TLS with whatever certificate it is given, so that a bad one is really met."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connectors.sandbox.stage import Stage
from tests.sandbox.shop import SHOP


def certificate(folder: Path, *, days: int = 1, address: str = "127.0.0.1") -> Path:
    """Self-signed, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, address)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    kind = serialization.PrivateFormat.PKCS8
    path = folder / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, kind, plain)
    )
    return path


def context(pem: Path) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    return tls


def test_a_trusted_certificate_and_faults_on_top_of_it(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with Stage([SHOP], tls=context(pem)) as stage, requests.Session() as session:
        session.trust_env, session.verify = False, str(pem)
        stage.world("shop", "acme")
        things = f"{stage.base('shop')}/t/acme/things"
        assert things.startswith("https://") and session.get(things, timeout=5).status_code == 200
        for kind in ("drop_answer", "hang_after_headers", "reset_before_reading"):
            stage.fault(kind)
            with pytest.raises((requests.ConnectionError, requests.ReadTimeout)):
                session.get(things, timeout=0.5)
        stage.fault("drip", bytes_per_second=100)
        assert session.get(things, timeout=1).json()["rows"] == []


@pytest.mark.parametrize(("days", "address"), [(-1, "127.0.0.1"), (1, "192.0.2.1")])
def test_an_expired_certificate_and_one_for_somebody_else(tmp_path: Path, days: int, address: str) -> None:
    pem = certificate(tmp_path, days=days, address=address)
    with Stage([SHOP], tls=context(pem)) as stage, pytest.raises(requests.exceptions.SSLError):
        requests.get(stage.base("shop"), timeout=5, verify=str(pem))


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    with (
        Stage([SHOP], tls=context(certificate(tmp_path))) as stage,
        pytest.raises(requests.exceptions.SSLError),
    ):
        requests.get(stage.base("shop"), timeout=5)
