#!/usr/bin/env python3
"""Opens and seals what leat calls sealed, from the words of `leat help seal` and RFC 9180 alone, over the primitives of `cryptography`.

  hpke.py open PRIVATE.pem < SEALED       objects of the codec envelope, one a line; prints the artifacts that were sealed
  hpke.py seal PUBLIC.pem ENVELOPE < INNER  an object without a payload, and an artifact; prints the object sealed
"""
import base64
import calendar
import hmac
import json
import struct
import sys
import time

from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key, load_pem_public_key

P256, X25519 = 0x0010, 0x0020


def kem_of(key):
    return X25519 if isinstance(key, (x25519.X25519PrivateKey, x25519.X25519PublicKey)) else P256


def as_bytes(public):
    if kem_of(public) == X25519:
        return public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def agree(private, public):
    return private.exchange(public) if kem_of(private) == X25519 else private.exchange(ec.ECDH(), public)


def extract(suite, salt, label, material):
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + material, "sha256")


def expand(suite, key, label, info, size):
    return hmac.digest(key, struct.pack(">H", size) + b"HPKE-v1" + suite + label + info + b"\1", "sha256")[:size]


def cipher(private, public, ephemeral, receiver):
    """The AEAD and its nonce; either side's private key and the other's public one."""
    kem = kem_of(private)
    suite = b"KEM" + struct.pack(">H", kem)
    shared = expand(suite, extract(suite, b"", b"eae_prk", agree(private, public)), b"shared_secret", ephemeral + receiver, 32)
    suite = b"HPKE" + struct.pack(">HHH", kem, 1, 2)
    context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", b"leat sealed 1")
    secret = extract(suite, shared, b"secret", b"")
    return AESGCM(expand(suite, secret, b"key", context, 32)), expand(suite, secret, b"base_nonce", context, 12)


def circumstances(record):
    words = b""
    for name in ("origin", "destination", "role", "scope"):
        text = record.get(name, "").encode()
        words += struct.pack(">Q", len(text)) + text
    at = 0
    if record.get("time"):
        seconds, _, fraction = record["time"].rstrip("Z").partition(".")
        at = calendar.timegm(time.strptime(seconds, "%Y-%m-%dT%H:%M:%S")) * 10**9 + int(fraction.ljust(9, "0") or 0)
    return words + struct.pack(">q", at)


def opened(private, record):
    sealed = base64.b64decode(record["payload_base64"])
    kem = kem_of(private)
    assert record["media_type"] == "application/vnd.leat.sealed" and sealed[:3] == b"\1" + struct.pack(">H", kem)
    size = 32 if kem == X25519 else 65
    front, text = sealed[3:3 + size], sealed[3 + size:]
    ephemeral = (x25519.X25519PublicKey.from_public_bytes(front) if kem == X25519
                 else ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), front))
    aead, nonce = cipher(private, ephemeral, front, as_bytes(private.public_key()))
    return aead.decrypt(nonce, text, circumstances(record))


def sealed_as(public, record, inner):
    ephemeral = x25519.X25519PrivateKey.generate() if kem_of(public) == X25519 else ec.generate_private_key(ec.SECP256R1())
    front = as_bytes(ephemeral.public_key())
    aead, nonce = cipher(ephemeral, public, front, as_bytes(public))
    text = b"\1" + struct.pack(">H", kem_of(public)) + front + aead.encrypt(nonce, inner, circumstances(record))
    return {**record, "media_type": "application/vnd.leat.sealed", "payload_base64": base64.b64encode(text).decode()}


def main(how, key, *more):
    with open(key, "rb") as file:
        pem = file.read()
    if how == "open":
        private = load_pem_private_key(pem, None)
        for line in sys.stdin:
            sys.stdout.buffer.write(opened(private, json.loads(line)))
    else:
        print(json.dumps(sealed_as(load_pem_public_key(pem), json.loads(more[0]), sys.stdin.buffer.read())))


if __name__ == "__main__":
    main(*sys.argv[1:])
