"""PostgreSQL and Valkey out of wheels, for a machine that offers neither: real servers, closed to other users.

The wheels' programs are run as they are; the starters that come with the wheels are not used, because they
open parent folders to everybody and let any local user in.

    with a state folder `home`:
        url = EmbeddedPostgres(home).start()     # postgresql://hotline:…@127.0.0.1:…/hotline
        url = EmbeddedValkey(home).start()       # redis://:…@127.0.0.1:…/0

`start()` adopts a server that already runs on this home (`adopted` tells), so that a program killed the hard way
finds its data again. `stop()` stops whatever runs on this home; a short command that adopted should not call it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from kit.embedded.place import EmbeddedError, Place
from kit.embedded.postgres import EmbeddedPostgres
from kit.embedded.sweep import sweep
from kit.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedError", "EmbeddedPostgres", "EmbeddedValkey", "remove", "sweep"]


def remove(home: Path) -> None:
    """Stop both servers of `home` and delete their data, passwords and logs; the folder itself stays.

    Raises `EmbeddedError` when a server cannot be stopped.
    """
    for server in (EmbeddedPostgres(home), EmbeddedValkey(home)):
        server.remove()
    place = Place(home)
    if place.base != place.home:
        shutil.rmtree(place.base, ignore_errors=True)
