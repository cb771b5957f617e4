"""Certificates made on the spot: an authority of our own, and servers that it vouches for more or less well."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Loopback authority")])
        made = self._builder(self.name, self.key, days=30).add_extension(
            x509.BasicConstraints(True, None), True
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def server(self, host: str = "127.0.0.1", *, days: int = 30, self_signed: bool = False) -> ssl.SSLContext:
        """A server's context whose certificate ends in so many days; negative ones are expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names: x509.GeneralName = x509.DNSName(host)
        if host[0].isdigit():
            names = x509.IPAddress(ipaddress.ip_address(host))
        made = self._builder(subject, key, days, subject if self_signed else self.name)
        made = made.add_extension(x509.SubjectAlternativeName([names]), False)
        signed = made.sign(key if self_signed else self.key, hashes.SHA256())
        pem = self.folder / f"{host}{days}{self_signed}.pem"
        pem.write_bytes(
            signed.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: int, issuer: x509.Name | None = None
    ) -> x509.CertificateBuilder:
        end = datetime.now(UTC) + timedelta(days=days)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer or self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - timedelta(days=90))
            .not_valid_after(end)
        )
