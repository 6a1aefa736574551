"""As root a home's data lies outside the home, and whoever deletes the home leaves it behind: it is swept at a later start.

Swept is only what is nobody's for certain. The home's folder is missing while the disk that it lay on is mounted, no
server runs on the data, and nobody used it for a day: until then a home that was moved can be moved back.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from pathlib import Path

from kit.embedded import place, process

logger = logging.getLogger("kit.embedded")

KEPT_SECONDS = 24 * 3600.0
KEY = re.compile(r"[0-9a-f]{16}")
SWEPT = ".swept"  # what is about to be deleted; left by a sweep that was killed


def sweep() -> list[Path]:
    """Delete the data of homes that are gone; returns these homes. Nothing happens for who may not write there."""
    marker = (
        place.ROOT_DATA / "sweep"
    )  # its time is the file system's own, as the times that it is compared with
    try:
        marker.touch()
        found = sorted(place.ROOT_DATA.iterdir())
    except OSError:
        return []
    swept = []
    for base in found:
        if KEY.fullmatch(base.name.removesuffix(SWEPT)) and base.is_dir() and not base.is_symlink():
            try:
                if base.name.endswith(SWEPT):
                    shutil.rmtree(base)
                elif (home := _gone(base, marker.stat().st_mtime)) and _delete(base, home):
                    logger.warning("%s is gone, its data in %s was deleted", home, base)
                    swept.append(home)
            except (
                OSError
            ) as error:  # another start was faster, or the disk is broken: the next start looks again
                logger.warning("%s could not be swept: %s", base, error)
    return swept


def _gone(base: Path, now: float) -> Path | None:
    """The home whose data `base` is, if nobody can want it any more."""
    if not (base / "home").exists() or not (base / "disk").exists():
        return None  # not made by us, or before the disk was noted
    home, disk = (Path((base / name).read_text("utf-8").removesuffix("\n")) for name in ("home", "disk"))
    used = max(path.stat().st_mtime for path in base.iterdir())
    if place.key_of(home) != base.name or not _missing(home) or not os.path.ismount(disk):
        return None
    if now - used < KEPT_SECONDS or any(p.program in process.SERVERS for p in process.processes(base.name)):
        return None
    return home


def _missing(path: Path) -> bool:
    """Whether the system says that nothing is there; an error of any other kind is no answer."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    return False


def _delete(base: Path, home: Path) -> bool:
    aside = base.with_name(base.name + SWEPT)
    base.rename(aside)
    if not _missing(home):  # somebody began anew there a moment ago
        aside.rename(base)
        return False
    shutil.rmtree(aside)
    return True
