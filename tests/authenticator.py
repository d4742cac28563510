"""A passkey without a device: makes keys, and signs what a browser would let it sign. For tests that need no browser."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, HOLDS_KEY = 0x01, 0x04, 0x40


def to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def to_bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey of one device."""

    origin: str
    rp_id: str
    counts: bool = True
    verifies: bool = True
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    handle: bytes = b""
    count: int = 0

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: dict[str, Any], **changed: Any) -> str:
        """The answer to the options of a new passkey."""
        self.handle = to_bytes(options["user"]["id"])
        point = self.key.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        held = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        data = self._data(HOLDS_KEY) + held
        response = {
            "clientDataJSON": self._said("webauthn.create", options["challenge"], **changed),
            "attestationObject": to_text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal", "hybrid"],
        }
        return json.dumps(
            {"id": to_text(self.id), "rawId": to_text(self.id), "type": "public-key", "response": response}
        )

    def get(self, options: dict[str, Any], **changed: Any) -> str:
        """The answer to the options of a question."""
        data = self._data(0)
        said = self._said("webauthn.get", options["challenge"], **changed)
        signature = self.key.sign(data + hashlib.sha256(to_bytes(said)).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": said,
            "authenticatorData": to_text(data),
            "signature": to_text(signature),
            "userHandle": to_text(self.handle),
        }
        return json.dumps(
            {"id": to_text(self.id), "rawId": to_text(self.id), "type": "public-key", "response": response}
        )

    def _data(self, flags: int) -> bytes:
        if self.counts:
            self.count += 1
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _said(self, kind: str, challenge: str, *, origin: str | None = None) -> str:
        said = {"type": kind, "challenge": challenge, "origin": origin or self.origin, "crossOrigin": False}
        return to_text(json.dumps(said).encode())
