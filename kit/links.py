"""Links that may be said: https, and only to domains of `data/knowledge/domains.yml`. A forged link is how residents are robbed."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

import yaml

from kit.settings import ROOT

LOOKUP = ROOT / "data" / "knowledge" / "domains.yml"
_TOP = "cn|com|net|org|gov|edu|app|top|xyz|vip|cc|info|site|shop|link"
# With a scheme, or written as people type it: www.sgcc.com.cn, 95598.cn/pay.
_LINK = re.compile(
    rf"[a-z][a-z0-9+.-]*://[^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+"
    rf"|(?<![a-z0-9@.-])(?:[a-z0-9-]+\.)+(?:{_TOP})(?![a-z0-9-])(?:/[a-z0-9/?=&.#_-]*)?",
    re.IGNORECASE,
)


def links_in(text: str) -> list[str]:
    """Everything in the text that a telephone would make a link of."""
    return _LINK.findall(text)


def may_be_said(link: str) -> bool:
    """Whether it is https, to a known domain or one below it, without a name or password before it."""
    parts = urlsplit(link)
    host = (parts.hostname or "").lower()
    known = any(host == domain or host.endswith(f".{domain}") for domain in _domains())
    return parts.scheme == "https" and "@" not in parts.netloc and known


@lru_cache(maxsize=1)
def _domains() -> frozenset[str]:
    rows = yaml.safe_load(LOOKUP.read_text("utf-8"))["domains"]
    return frozenset(str(row["domain"]) for row in rows)
