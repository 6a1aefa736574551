"""A real headless Chromium for the pages of the connectors."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import AsyncIterator

from playwright.async_api import Page, async_playwright


@contextlib.asynccontextmanager
async def open_page(url: str) -> AsyncIterator[Page]:
    """A phone-sized page at `url`. Fails at the end if the page itself logged an error, a refused script included."""
    path = os.environ.get("HOTLINE_TEST_CHROMIUM") or shutil.which("chromium")
    assert path, "run by `make test`, or set HOTLINE_TEST_CHROMIUM to a Chromium"
    complaints: list[str] = []
    async with async_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=path, args=flags)
        context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
        page = await context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda line: (
                complaints.append(line.text)
                if line.type == "error" and "ERR_INTERNET_DISCONNECTED" not in line.text
                else None
            ),
        )
        await page.goto(url)
        yield page
        await browser.close()
    assert not complaints, complaints
