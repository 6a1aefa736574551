"""Words for residents: read from `data/responses/*.yml`, rendered per channel, reloaded when a file changes.

A file holds `responses: {key: [variant, …]}`; a variant has `text`, optionally `channel` (`ivr`, `wechat`,
`web`), `buttons` (`title`, `payload`) and `page` (of `kit.pages`, shown as a card). The variant of the channel wins over
the one without a channel; what needs a screen is left out on the telephone.
Placeholders carry a kind that decides how a value is written or spoken: `{balance:yuan}`,
`{energy:kwh}`, `{until:time}`, `{day:day}`, `{ended:date}`, `{in_force:year}`, `{account:digits}`, `{hall:phone}`,
`{count:number}`; a bare `{name}` is text.
`{fact_repair_arrival_city:number}` is the dated figure `repair_arrival_city` of `kit.facts`: no text holds one itself. A
variant that names one has `undated` as well, the words without it, said on a day on which no such figure is in force.
A missing value or key is an error: nothing half-filled is ever said.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kit.errors import MisconfiguredError
from kit.facts import Facts
from kit.settings import ROOT
from kit.spoken import Speaker
from kit.watched import Watched

RESPONSES = ROOT / "data" / "responses"
FACT = "fact_"
# What a value of the wrong kind raises on its way into words.
UNFILLABLE = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError)


class NotInForce(Exception):
    """A text names a figure that no row gives today."""


@dataclass(frozen=True)
class Words:
    """What is said: `text` without markup; buttons and the name of a page where the channel shows them."""

    text: str
    buttons: list[dict[str, str]] = field(default_factory=list)
    page: str = ""


class _Formatter(string.Formatter):
    def __init__(self, speaker: Speaker, facts: Facts) -> None:
        self.speaker, self.facts = speaker, facts

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if isinstance(key, str) and key.startswith(FACT) and key not in kwargs:
            try:
                return self.facts.get(key.removeprefix(FACT), str(kwargs.get("province") or "")).value
            except LookupError as error:
                raise NotInForce(key) from error
        return super().get_value(key, args, kwargs)

    def format_field(self, value: Any, format_spec: str) -> str:
        return self.speaker.render(value, format_spec) if format_spec else str(value)


class Wording:
    """The catalogue of responses under one folder."""

    def __init__(self, folder: Path = RESPONSES, *, facts: Facts | None = None, province: str = "") -> None:
        """`province`: whose figures are said where the values name none."""
        self.folder, self.facts, self.province = folder, facts or Facts(), province
        self._catalogue = Watched(lambda: sorted(folder.glob("*.yml")), _read, what="wording")

    def keys(self) -> list[str]:
        """Every key there is, sorted."""
        return sorted(self._catalogue.get())

    def render(self, key: str, channel: str, values: Mapping[str, Any] | None = None) -> Words:
        """The words of `key` for `channel`.

        Raises `MisconfiguredError` when the key, a variant for the channel, or a value is missing.
        """
        variants = self._catalogue.get().get(key)
        if not variants:
            raise MisconfiguredError(f"no response {key!r} in {self.folder.name}/; add it there")
        chosen = next((v for v in variants if v.get("channel") == channel), None)
        chosen = chosen or next((v for v in variants if "channel" not in v), None)
        if chosen is None:
            raise MisconfiguredError(
                f"response {key!r} has no variant for channel {channel!r} and none for all"
            )
        speaker = Speaker(spoken=channel == "ivr")
        try:
            filled = {"province": self.province, **(values or {})}
            formatter = _Formatter(speaker, self.facts)
            try:
                text = formatter.vformat(chosen["text"], (), filled)
            except NotInForce:
                if "undated" not in chosen:
                    raise
                text = formatter.vformat(chosen["undated"], (), filled)
        except (NotInForce, *UNFILLABLE) as error:
            raise MisconfiguredError(f"response {key!r} cannot be filled: {error!r}") from error
        if channel == "ivr":
            return Words(text.strip())
        buttons = [dict(button) for button in chosen.get("buttons", [])]
        return Words(text.strip(), buttons, str(chosen.get("page", "")))

    def text(self, key: str, channel: str, **values: Any) -> str:
        """`render` for those who need the text alone."""
        return self.render(key, channel, values).text


def _read(files: Sequence[Path]) -> dict[str, list[dict[str, Any]]]:
    catalogue: dict[str, list[dict[str, Any]]] = {}
    for file in files:
        try:
            responses = yaml.safe_load(file.read_text("utf-8"))["responses"].items()
            for key, variants in responses:
                if key in catalogue:
                    raise MisconfiguredError(f"{file.name}: response {key!r} exists in another file already")
                texts = [(v["text"], v.get("undated", "")) for v in variants]
                if not all(isinstance(text, str) for pair in texts for text in pair):
                    raise MisconfiguredError(
                        f"{file.name}: response {key!r}: every variant needs a text, `undated` may be another"
                    )
                catalogue[key] = variants
        except (
            OSError,
            UnicodeDecodeError,
            yaml.YAMLError,
            LookupError,
            AttributeError,
            TypeError,
        ) as error:
            raise MisconfiguredError(f"{file.name} is no file of responses: {error}") from error
    return catalogue
