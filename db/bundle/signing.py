"""Ed25519: what this machine says, and whether another one said it."""

from __future__ import annotations

from pathlib import Path

from db.device import secrets_of


def sign(home: Path, said: bytes) -> str:
    """This machine's signature, hex.

    Raises:
        OfficeError: its key cannot be read.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secrets_of(home).sign)).sign(said).hex()


def is_from(public_key: str, signature: str, said: bytes) -> bool:
    """Whether the holder of a key (hex) signed exactly this."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), said)
    except (InvalidSignature, ValueError):
        return False
    return True
