"""A web chat in the terminal: the same conversation that a visitor of `/chat` has, with a running hotline."""

from __future__ import annotations

import json
import sys
import threading
import time
import uuid

import httpx
from rich.console import Console

from kit.errors import Unavailable

QUIET_SECONDS = 2.0  # after the last line typed, so long without a new word means that all was said
LONGEST_SECONDS = 30.0


class TerminalChat:
    """One visit; `talk` returns when the input ends. Raises `Unavailable` when no hotline answers."""

    def __init__(self, base_url: str, console: Console) -> None:
        self.client = httpx.Client(base_url=base_url, timeout=httpx.Timeout(30.0, connect=2.0))
        self.console = console
        self.heard = time.monotonic()
        self.waiting = False

    def talk(self) -> None:
        """Lines in, words out."""
        try:
            self.client.post("/chat/api/visit", json={}).raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(
                f"no hotline answers at {self.client.base_url}; start it with `make run` in another terminal"
            ) from error
        threading.Thread(target=self._listen, daemon=True).start()
        for line in sys.stdin:
            if text := line.strip():
                self._settle()  # a line is an answer to what was said before it
                self.waiting, self.heard = True, time.monotonic()
                body = {"text": text, "client_id": uuid.uuid4().hex}
                answer = self.client.post("/chat/api/messages", json=body)
                if answer.is_error:
                    self.console.print(f"[red]{answer.status_code}[/] {answer.text[:200]}")
        self._settle()
        self.client.post("/chat/api/end", json={})

    def _settle(self) -> None:
        """Wait until what was asked is answered; typing by hand takes longer than that anyway."""
        began = time.monotonic()
        while self.waiting and time.monotonic() - began < LONGEST_SECONDS:
            time.sleep(0.05)
        while time.monotonic() - self.heard < QUIET_SECONDS and not sys.stdin.isatty():
            time.sleep(0.05)

    def _listen(self) -> None:
        try:
            with self.client.stream("GET", "/chat/api/stream", timeout=None) as response:
                for line in response.iter_lines():
                    if line.startswith("data: "):
                        self._show(json.loads(line.removeprefix("data: ")))
        except httpx.HTTPError:
            self.console.print("[dim]the connection is closed[/]")

    def _show(self, said: dict[str, object]) -> None:
        if "text" not in said or said.get("author") == "resident":
            return
        self.waiting, self.heard = False, time.monotonic()
        self.console.print(
            f"[bold green]{said.get('label', '')}[/]  {said['text']}", highlight=False, soft_wrap=True
        )
        buttons = said.get("buttons")
        for button in buttons if isinstance(buttons, list) else []:
            self.console.print(f"      [dim]·[/] {button['title']}", highlight=False, soft_wrap=True)
