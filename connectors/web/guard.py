"""Who asks, and from where: the client's address, requests of other sites, JSON only."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from fastapi import Request

from kit.errors import BadInput, Forbidden


def address_of(request: Request) -> str:
    """The client's address; of IPv6 the /64, because a household owns no less. 'unknown' on a socket without one."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host or "unknown"
    if isinstance(address, ipaddress.IPv6Address) and not address.is_loopback:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address) + "/64"
    return str(address)


async def same_origin(request: Request) -> None:
    """A dependency that refuses what another site's page sends. Raises `Forbidden`.

    Browsers say so in `Sec-Fetch-Site` or `Origin`; a program that is no browser carries nobody's cookie.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = site not in (None, "same-origin", "none")
    if origin is not None:
        # The host alone: behind a TLS proxy the scheme that we see is another.
        foreign = foreign or urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()
    if foreign:
        raise Forbidden("this request comes from another site", code="cross_origin")


async def json_only(request: Request) -> None:
    """A dependency for writes: no plain HTML form can send this type. Raises `BadInput`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise BadInput("content-type: application/json is required")
