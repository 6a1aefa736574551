"""What the platform knows: accounts, residents, what their phones show, tokens, quotas, and today's mischief."""

from __future__ import annotations

import hashlib
import itertools
import re
import secrets
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import yaml

from kit import clock

HERE = Path(__file__).parent
MESSAGE_QUOTA, MESSAGE_WINDOW = 5, timedelta(hours=48)
EVENT_QUOTA, EVENT_WINDOW = 3, timedelta(minutes=1)
MEDIA_LIFE = timedelta(days=3)
TOKEN_LIFE, TOKEN_OVERLAP = timedelta(seconds=7200), timedelta(minutes=5)
KEPT = 500

Who = Literal["me", "account", "notice", "system"]


@dataclass(frozen=True)
class SimAccount:
    """A service account as its owner has set it up. `agents`: customer-service account -> nick."""

    appid: str
    secret: str
    token: str
    aes_key: str
    mode: Literal["secure", "plain"] = "secure"
    name: str = ""
    agents: dict[str, str] = field(default_factory=dict)

    @property
    def receiver(self) -> str:
        """The account's own name in messages."""
        return "gh_" + hashlib.sha256(self.appid.encode()).hexdigest()[:12]

    def __repr__(self) -> str:
        return f"SimAccount({self.appid!r})"


@dataclass(frozen=True)
class Line:
    """One line on a phone. `via`: how the account's words came; `media`: the id of an image.

    `text` is what is read; `parts` are its pieces where some are links: `{"text", "href"}`. `card`: `{"title", "about",
    "href"}` of an article or a mini program; `menu`: the choices below the text.
    """

    number: int
    at: str
    who: Who
    text: str
    kind: str = "text"
    via: Literal["", "passive", "send", "template"] = ""
    nick: str = ""
    media: str = ""
    parts: list[dict[str, str]] = field(default_factory=list)
    card: dict[str, str] = field(default_factory=dict)
    menu: list[dict[str, str]] = field(default_factory=list)


_LINK = re.compile(r'<a href="([^"<>]+)">([^<>]+)</a>|(https?://[\w.~:/?#@!$&*+=%-]+)')


def parts_of(text: str) -> list[dict[str, str]]:
    """The pieces of a text in which the phone finds links, as tags or bare addresses."""
    parts, done = [], 0
    for link in _LINK.finditer(text):
        parts += [
            {"text": text[done : link.start()], "href": ""},
            {"text": link[2] or link[3], "href": link[1] or link[3]},
        ]
        done = link.end()
    return [part for part in [*parts, {"text": text[done:], "href": ""}] if part["text"]] if parts else []


@dataclass
class Chat:
    """A resident and an account. Grants: when words by the send API end to be allowed, and how many are left."""

    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=KEPT))
    follows: bool = True
    grants: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def grant(self, cause: str) -> None:
        """What the resident did opens the way for some messages."""
        window, quota = (MESSAGE_WINDOW, MESSAGE_QUOTA) if cause == "message" else (EVENT_WINDOW, EVENT_QUOTA)
        self.grants[cause] = (clock.now() + window, quota)

    def spend(self) -> int:
        """Use one message up; 0, or the errcode that refuses it."""
        alive = {cause: grant for cause, grant in self.grants.items() if grant[0] > clock.now()}
        if not self.follows or not alive:
            return 45015
        for cause, (until, left) in sorted(alive.items(), key=lambda item: item[1][0]):
            if left > 0:
                self.grants[cause] = (until, left - 1)
                return 0
        return 45047

    def left(self) -> int:
        """Messages that may still be sent."""
        return sum(left for until, left in self.grants.values() if until > clock.now())


class Platform:
    """All state of the simulator; one process, one event loop."""

    def __init__(self, accounts: Sequence[SimAccount]) -> None:
        self.words: dict[str, Any] = yaml.safe_load((HERE / "words.yml").read_text("utf-8"))
        self.accounts = {account.appid: account for account in accounts}
        self.residents = {
            f"oDemo{number:02d}_{hashlib.sha256(person['name'].encode()).hexdigest()[:20]}": person
            for number, person in enumerate(self.words["residents"], 1)
        }
        self.wire: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self.counts: Counter[str] = Counter()
        self.mischief: Counter[str] = Counter()
        self._chats: dict[tuple[str, str], Chat] = {}
        self._tokens: dict[str, dict[str, datetime]] = {appid: {} for appid in self.accounts}
        self._media: dict[str, tuple[str, bytes, datetime]] = {}
        self._numbers = itertools.count(1)
        self._posted: dict[tuple[str, str, int], dict[str, str | int]] = {}

    def account(self, appid: str = "") -> SimAccount:
        """The account, the first if none is named. Raises `KeyError`."""
        return self.accounts[appid] if appid else next(iter(self.accounts.values()))

    def chat(self, appid: str, openid: str) -> Chat:
        return self._chats.setdefault((appid, openid), Chat())

    def knows(self, appid: str, openid: str) -> bool:
        """Whether this OpenID ever had to do with the account."""
        return (appid, openid) in self._chats or openid in self.residents

    def posted(
        self, appid: str, openid: str, message_id: int, fields: dict[str, str | int]
    ) -> tuple[dict[str, str | int], bool]:
        """The message under this id as it was first posted, its time of creation included; whether it is new."""
        key = (appid, openid, message_id)
        new = key not in self._posted
        kept = self._posted.setdefault(key, {"CreateTime": clock.timestamp(), **fields, "MsgId": message_id})
        return kept, new

    def show(self, appid: str, openid: str, who: Who, text: str, **more: Any) -> None:
        """Put a line on the resident's phone."""
        at = clock.now().isoformat(timespec="seconds")
        parts = parts_of(text) if who == "account" else []
        read = "".join(part["text"] for part in parts) or text
        line = Line(next(self._numbers), at, who, read, parts=parts, **more)
        self.chat(appid, openid).lines.append(line)

    def lines(self, appid: str, openid: str, after: int = 0) -> list[dict[str, Any]]:
        return [asdict(line) for line in self.chat(appid, openid).lines if line.number > after]

    def note(self, **record: Any) -> None:
        """Keep what went over the wire."""
        at = clock.now().isoformat(timespec="milliseconds")
        self.wire.append({"number": next(self._numbers), "at": at, **record})

    def plays(self, trick: str) -> bool:
        """Whether this trick is asked for now; each asking is used once."""
        if self.mischief[trick] <= 0:
            return False
        self.mischief[trick] -= 1
        return True

    def issue_token(self, appid: str) -> tuple[str, int]:
        """The account's stable token and the seconds it lives; a new one in the last five minutes."""
        self.counts["stable_token"] += 1
        now, tokens = clock.now(), self._tokens[appid]
        for token, until in tokens.items():
            if until - now > TOKEN_OVERLAP:
                return token, int((until - now).total_seconds())
        token = secrets.token_urlsafe(96)
        self._tokens[appid] = {t: u for t, u in tokens.items() if u > now} | {token: now + TOKEN_LIFE}
        self.counts["tokens_made"] += 1
        return token, int(TOKEN_LIFE.total_seconds())

    def take_media(self, appid: str, data: bytes) -> dict[str, Any]:
        """Keep an upload for three days; the platform's answer to it."""
        media_id = secrets.token_urlsafe(48)
        self._media[media_id] = (appid, data, clock.now() + MEDIA_LIFE)
        return {"type": "image", "media_id": media_id, "created_at": clock.timestamp()}

    def media_of(self, appid: str, media_id: str) -> bytes | None:
        """The account's upload, while it lives."""
        owner, data, until = self._media.get(media_id, ("", b"", clock.now()))
        return data if owner == appid and until > clock.now() else None

    def revoke_tokens(self) -> None:
        """As if another system had asked for fresh ones."""
        for tokens in self._tokens.values():
            tokens.clear()

    def token_of(self, token: str) -> str | None:
        """The appid for which the token is good."""
        now = clock.now()
        return next((a for a, tokens in self._tokens.items() if tokens.get(token, now) > now), None)
