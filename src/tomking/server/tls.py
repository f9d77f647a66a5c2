"""A certificate authority of our own, for clients that speak nothing but TLS.

It lives as long as its folder, and nothing outside this machine trusts it: a client is told of it by a
file (``SSL_CERT_FILE`` and the like).
"""

import ipaddress
import ssl
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: Whom the certificate is for: this machine, and the broker's names for clients that keep to those.
NAMES = (
    "localhost", "*.tastyworks.com", "*.cert.tastyworks.com", "*.tastytrade.com", "*.dxfeed.com",
)  # fmt: skip
LIVES = timedelta(days=30)
CA_FILE, CHAIN_FILE = "ca.pem", "server.pem"


def certified(folder: Path, today: datetime) -> tuple[ssl.SSLContext, Path]:
    """What the server speaks TLS with, and the file of its authority; both are made anew."""
    authority, key = _authority(today)
    own_key = ec.generate_private_key(ec.SECP256R1())
    own = _certificate(authority, key, own_key, today)
    ca, chain = folder / CA_FILE, folder / CHAIN_FILE
    ca.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    chain.touch(mode=0o600)
    chain.write_bytes(_key_text(own_key) + own.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, ca


def _authority(today: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate that signs itself, and its key, which is kept nowhere."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("tomking paper exchange")
    made = (
        _begun(name, name, key, today)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=False, content_commitment=False, key_encipherment=False,
                data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
                encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )  # fmt: skip
    return made.sign(key, hashes.SHA256()), key


def _certificate(
    authority: x509.Certificate, key: ec.EllipticCurvePrivateKey,
    own: ec.EllipticCurvePrivateKey, today: datetime,
) -> x509.Certificate:  # fmt: skip
    """The server's own, for this machine."""
    here = [x509.DNSName(name) for name in NAMES]
    address = x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    made = (
        _begun(_name("localhost"), authority.subject, own, today)
        .add_extension(x509.SubjectAlternativeName([*here, address]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(signer, critical=False)
    )
    return made.sign(key, hashes.SHA256())


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, today: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + LIVES)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _key_text(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
