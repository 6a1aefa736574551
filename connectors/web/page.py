"""HTML for browsers: no inline script or style, nothing from elsewhere, in nobody's frame."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import HTMLResponse

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(html: str | Path) -> HTMLResponse:
    """A page with these headers, from its text or its file."""
    text = html.read_text("utf-8") if isinstance(html, Path) else html
    return HTMLResponse(text, headers=HEADERS)
