"""The platform's signatures and its message encryption.

AES-256-CBC, the key's first half as IV, PKCS#7 to blocks of 32 bytes (not AES's 16, which is why stock unpadders
fail). Inside: 16 random bytes, length as four big-endian bytes, message, appid.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from kit.errors import BadInput, Forbidden, HotlineError

BLOCK = 32
RANDOM = 16
HEAD = RANDOM + 4


def signature(*parts: str) -> str:
    """SHA-1 over the parts, sorted as byte strings and joined; hexadecimal."""
    joined = b"".join(sorted(part.encode() for part in parts))
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def signed(given: str, *parts: str) -> bool:
    """Whether `given` is the signature of the parts; compared in constant time."""
    return hmac.compare_digest(given.encode(), signature(*parts).encode())


def decode_key(encoding_key: str) -> bytes:
    """The 32 bytes of a 43 character EncodingAESKey. Raises `ValueError`.

    Real keys may have non-zero spare bits at the end; Python's decoder ignores them, as the platform does.
    """
    try:
        key = base64.b64decode(encoding_key + "=", validate=True)
    except binascii.Error:
        key = b""
    if len(encoding_key) != 43 or len(key) != 32:
        raise ValueError("not 43 characters of base64")
    return key


def encrypt(message: bytes, *, key: bytes, appid: str, random: bytes | None = None) -> str:
    """The envelope of `message` in base64; `random` is 16 bytes, drawn anew unless given."""
    random = secrets.token_bytes(RANDOM) if random is None else random
    plain = random + len(message).to_bytes(4, "big") + message + appid.encode()
    fill = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def decrypt(envelope: str, *, keys: Sequence[bytes], appid: str) -> tuple[bytes, bytes]:
    """The message and the key that opened it: the current key is tried first, then the previous one.

    Raises `BadInput` when no key opens the envelope, `Forbidden` when it is for another account.
    """
    try:
        sealed = base64.b64decode(envelope, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInput("the envelope is not base64", code="bad_envelope") from error
    if not sealed or len(sealed) % BLOCK:
        raise BadInput("the envelope is truncated", code="bad_envelope")
    refusal: HotlineError = BadInput("no key opens the envelope", code="bad_envelope")
    for key in keys:
        try:
            message, receiver = _open(sealed, key)
        except ValueError:
            continue
        if hmac.compare_digest(receiver, appid.encode()):
            return message, key
        refusal = Forbidden("the envelope is for another account", code="wrong_appid")
    raise refusal


def _open(sealed: bytes, key: bytes) -> tuple[bytes, bytes]:
    """Message and receiver. Raises `ValueError` when padding or length do not fit."""
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(sealed) + decryptor.finalize()
    fill = plain[-1]
    if not 1 <= fill <= BLOCK or plain[-fill:] != bytes([fill]) * fill:
        raise ValueError("padding")
    plain = plain[:-fill]
    length = int.from_bytes(plain[RANDOM:HEAD], "big")
    if len(plain) < HEAD or length > len(plain) - HEAD:
        raise ValueError("length")
    return plain[HEAD : HEAD + length], plain[HEAD + length :]
