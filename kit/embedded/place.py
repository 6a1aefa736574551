"""Where a home's servers keep their data, and which user of the machine runs them.

PostgreSQL refuses to run as root. Then a system user of its own runs the servers, with the data under
`/var/lib/hotline`, because that user need not be able to enter the home. Otherwise the data is in the home.
Folders are created closed; the permission of a folder that exists is never changed.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import stat
import subprocess
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

ACCOUNT = "hotline-pg"
ROOT_DATA = Path("/var/lib/hotline")
USERADD = f"useradd --system --user-group --no-create-home --home-dir {ROOT_DATA} --shell /usr/sbin/nologin {ACCOUNT}"
# Nothing of the caller's environment: it may hold secrets, and PG* variables would change the servers.
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"}


class EmbeddedError(Exception):
    """An embedded server cannot do what was asked; the message names the cause and the cure."""


class Place:
    """The folders and the user of one home. Creates nothing before it is asked to."""

    def __init__(self, home: Path) -> None:
        self.home = home.expanduser().resolve()
        self.key = key_of(self.home)
        self.as_root = os.geteuid() == 0
        self.base = ROOT_DATA / self.key if self.as_root else self.home

    @cached_property
    def account(self) -> pwd.struct_passwd:
        """The user who runs the servers; as root it is created when missing."""
        if not self.as_root:
            return pwd.getpwuid(os.geteuid())
        try:
            return pwd.getpwnam(ACCOUNT)
        except KeyError:
            pass
        cure = f"Create the user with `{USERADD}`, or start as a normal user, or give the URLs of running servers."
        program = shutil.which("useradd", path=ENVIRONMENT["PATH"])
        if program is None:
            raise EmbeddedError(f"PostgreSQL refuses to run as root, and there is no user {ACCOUNT}. {cure}")
        done = subprocess.run([program, *USERADD.split()[1:]], capture_output=True, text=True, check=False)
        try:
            return pwd.getpwnam(ACCOUNT)  # also when another process was faster
        except KeyError:
            raise EmbeddedError(
                f"The user {ACCOUNT} could not be created: {done.stderr.strip()}. {cure}"
            ) from None

    @property
    def uid(self) -> int | None:
        """User id of the servers' processes; None when the system user does not exist, so that none can run."""
        try:
            return pwd.getpwnam(ACCOUNT).pw_uid if self.as_root else os.geteuid()
        except KeyError:
            return None

    def data(self, name: str) -> Path:
        """The data folder of one server."""
        return self.base / name if self.as_root else self.home / name / "data"

    def state(self, name: str) -> Path:
        """The folder of one server's password and port, in the home."""
        return self.home / name

    def create_home(self) -> None:
        """Create the home itself, closed to others if it is new."""
        self.home.parent.mkdir(parents=True, exist_ok=True)
        self.home.mkdir(mode=0o700, exist_ok=True)

    def create(self, name: str) -> None:
        """Create the folders of one server, all closed to others.

        Raises `EmbeddedError` when the home's data belongs to another user.
        """
        for folder in (self.home / "logs", self.state(name)):
            folder.mkdir(mode=0o700, exist_ok=True)
        if not self.as_root:
            return
        if (self.state(name) / "data").exists():
            owner = (self.state(name) / "data").stat().st_uid
            raise EmbeddedError(
                f"{self.home} holds a database of user id {owner}, and this program runs as root. "
                "Start as that user, or choose another folder with HOTLINE_HOME."
            )
        account = self.account
        if not ROOT_DATA.exists():
            ROOT_DATA.mkdir(parents=True, exist_ok=True)
            ROOT_DATA.chmod(0o711)  # made just now; 0711 whatever the umask
        if not self.base.exists():
            self.base.mkdir(mode=0o700)
            write_private(self.base / "home", f"{self.home}\n")  # tells an administrator whose data this is
            os.chown(self.base, account.pw_uid, account.pw_gid)
        write_private(self.base / "disk", f"{mount_of(self.home)}\n")  # and whether the home may come back
        found = self.base.stat()
        if found.st_uid != account.pw_uid or found.st_mode & 0o077:
            raise EmbeddedError(
                f"{self.base} must belong to {ACCOUNT} and be closed to others. "
                f"Run `chown -R {ACCOUNT}: {self.base} && chmod 700 {self.base}`."
            )
        self.check_reach([self.base])

    def check_reach(self, paths: Sequence[Path]) -> None:
        """Make sure that the servers' user can enter and read `paths`; raises `EmbeddedError` naming what is closed."""
        if not self.as_root:
            return
        wanted: dict[str, None] = {}
        for path in paths:
            for form in (path.absolute(), path.resolve()):
                wanted |= dict.fromkeys(str(p) for p in (*reversed(form.parents), form))
        # Asked of the kernel in that user's name: mode bits alone miss access lists and mount options.
        script = (
            'for p; do if [ -d "$p" ]; then [ -x "$p" ]; else [ -r "$p" ]; fi'
            ' || { printf %s "$p"; exit 1; }; done'
        )
        told = subprocess.run(
            ["/bin/sh", "-c", script, "sh", *wanted],
            user=self.account.pw_uid, group=self.account.pw_gid, extra_groups=[],
            env=ENVIRONMENT, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
        if told.returncode == 0:
            return
        closed = Path(os.fsdecode(told.stdout))
        if closed.is_dir():
            kind, cure = "folder", f"`chmod o+x '{closed}'`"
        else:
            kind, cure = "file", f"`chmod o+r '{closed}'`"
        raise EmbeddedError(
            f"As root the servers run as the user {ACCOUNT}, who cannot use this {kind}: {closed}. "
            f"Start as a normal user, or move the project to a folder open to others such as /srv, or open it with "
            f"{cure} if you accept that, or set HOTLINE_DATABASE_URL and HOTLINE_REDIS_URL to servers of your own."
        )


def key_of(home: Path) -> str:
    """The name of a home's data under `ROOT_DATA`, and its servers' mark."""
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:16]


def mount_of(path: Path) -> Path:
    """The folder at which the disk of `path` is mounted."""
    return next(folder for folder in (path, *path.parents) if folder.is_mount())


def wheel_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it: the import would run the wheel's own starter."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            f"The package {package} is not installed. Install requirements.lock, or run `make run`."
        )
    return Path(spec.submodule_search_locations[0])


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def read_private(path: Path) -> str:
    """The text of a file of ours, empty when it is missing; raises `EmbeddedError` when others can read it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return ""
    with os.fdopen(handle, encoding="utf-8") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise EmbeddedError(
                f"Other users can read the password in {path}. Run `chmod 600 '{path}'`, or delete it."
            )
        return file.read().strip()


def kept_password(path: Path) -> str:
    """The password in `path`, made once; 256 bits, letters that need no escape in URLs and settings."""
    password = read_private(path)
    if not password:
        password = secrets.token_urlsafe(32)
        write_private(path, password)
    return password
