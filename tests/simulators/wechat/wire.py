"""The protocol from the platform's side, written apart from the product's: what both agree on is the protocol."""

from __future__ import annotations

import base64
import os
import struct
from hashlib import sha1
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from defusedxml.ElementTree import fromstring


class Garbage(Exception):
    """An answer that the platform cannot use; why, in English."""


def sign(*parts: str) -> str:
    return sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def _aes(encoding_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(encoding_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def seal(text: str, encoding_key: str, appid: str) -> str:
    """The base64 of what goes into `<Encrypt>`."""
    body = text.encode()
    padder = PKCS7(256).padder()
    padded = (
        padder.update(os.urandom(16) + struct.pack(">I", len(body)) + body + appid.encode())
        + padder.finalize()
    )
    encryptor = _aes(encoding_key).encryptor()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def unseal(sealed: str, encoding_key: str, appid: str) -> str:
    """The text in an `<Encrypt>`. Raises `Garbage`."""
    try:
        decryptor = _aes(encoding_key).decryptor()
        padded = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
        unpadder = PKCS7(256).unpadder()
        plain = unpadder.update(padded) + unpadder.finalize()
        (length,) = struct.unpack(">I", plain[16:20])
        if plain[20 + length :].decode() != appid:
            raise Garbage("the appid in the answer is another")
        return plain[20 : 20 + length].decode()
    except (ValueError, struct.error) as error:
        raise Garbage(f"the answer cannot be decrypted: {error}") from error


def xml(fields: dict[str, str | int]) -> str:
    """As the platform writes it: strings in CDATA, one field a line."""
    lines = [
        f"<{tag}>{value}</{tag}>" if isinstance(value, int) else f"<{tag}>{_cdata(value)}</{tag}>"
        for tag, value in fields.items()
    ]
    return "<xml>\n" + "\n".join(lines) + "\n</xml>"


def _cdata(text: str) -> str:
    return escape(text) if "]]>" in text else f"<![CDATA[{text}]]>"


def read(document: str) -> dict[str, str]:
    """Tags and texts below the root. Raises `Garbage`."""
    try:
        root = fromstring(document)
    except Exception as error:
        raise Garbage(f"the answer is no XML: {type(error).__name__}") from error
    if root.tag != "xml":
        raise Garbage(f"the answer's root is <{root.tag}>")
    return {child.tag: child.text or "" for child in root}
