"""The two calls out of Rasa: custom actions, and the words of its responses; both are sent what they read, no more."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
from jsonschema import Draft202012Validator
from rasa.core.actions.action import RemoteAction
from rasa.core.nlg.callback import CallbackNaturalLanguageGenerator, nlg_response_format_spec
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError, EndpointConfig, concat_url

from bot.failure import turn_record
from bot.fields import plain

TIMEOUT_SECONDS = 10.0
CONNECT_SECONDS = 3.0
# Shorter than any server keeps an idle connection: a POST on one it just closed would fail for nothing.
KEEP_ALIVE_SECONDS = 2.0

_ACTION_ANSWER = Draft202012Validator(RemoteAction.action_response_format_spec())
_WORDS = Draft202012Validator(nlg_response_format_spec())


def _validate_action_result(self: RemoteAction, result: Any) -> bool:
    _ACTION_ANSWER.validate(result)
    return True


def _action_call_format(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    body = _whole_call(self, tracker, domain)
    events = body["tracker"]["events"]
    for event in events:
        if event["event"] == UserUttered.type_name:
            # All intents with their shares, the bulk of an event; the latest message's are beside the events.
            event["parse_data"] = {k: v for k, v in event["parse_data"].items() if k != "intent_ranking"}
    return body


_whole_call = RemoteAction._action_call_format
RemoteAction._action_call_format = _action_call_format

# Rasa validates the schema itself, against its own schema, before each answer of the action server: 20 ms a call.
# The class is named all over Rasa (forms, slot extraction), so it is changed in place; what it accepts is the same.
RemoteAction._validate_action_result = _validate_action_result


class Endpoint(EndpointConfig):
    """Rasa's endpoint with kept connections, a time-out that a caller on the phone survives, and errors on record.

    Args:
        kind: `action` or `nlg`; the first part of the failure codes.
        url: where requests are posted.
        token: shown as a bearer token.
    """

    def __init__(self, kind: str, url: str, token: str, timeout: float = TIMEOUT_SECONDS) -> None:
        super().__init__(url, headers={"Authorization": f"Bearer {token}"}, enable_selective_domain=True)
        self.kind = kind
        self.timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, CONNECT_SECONDS))
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        content_type: str | None = "application/json",
        compress: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Post `json`; returns the decoded answer, `None` where it is no JSON.

        Raises:
            ClientResponseError, aiohttp.ClientError, asyncio.TimeoutError: as Rasa's own; on record already.
        """
        record = turn_record.get()
        try:
            return await self._request(method, concat_url(self.url, subpath), kwargs.get("json"), compress)
        except ClientResponseError as error:
            if record is not None and error.status == 400 and self.kind == "action":
                record.rejected += 1
            elif record is not None:
                record.fail(f"{self.kind}_error", f"the answer was {error.status}")
            raise
        except asyncio.TimeoutError:
            if record is not None:
                record.fail(f"{self.kind}_timeout", f"no answer within {self.timeout.total:g} s")
            raise
        except aiohttp.ClientConnectionError:
            if record is not None:
                record.fail(f"{self.kind}_unreachable", "no connection, or it broke off")
            raise
        except Exception as error:
            if record is not None:
                record.fail(f"{self.kind}_error", type(error).__name__)
            raise

    async def _request(self, method: str, url: str, body: Any, compress: bool) -> Any:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                headers=self.headers,
                timeout=self.timeout,
                connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE_SECONDS),
            )
        async with self._session.request(
            method,
            url,
            data=json.dumps(body, default=plain).encode(),
            headers={"Content-Type": "application/json"},
            compress=compress or None,
        ) as response:
            if response.status >= 400:
                raise ClientResponseError(response.status, response.reason or "", await response.text())
            try:
                return await response.json()
            except aiohttp.ContentTypeError:
                return None

    async def close(self) -> None:
        """Close the kept connections."""
        if self._session is not None:
            await self._session.close()


class RemoteWords(CallbackNaturalLanguageGenerator):
    """Rasa's remote response generator, protocol unchanged, without its log lines of whole trackers.

    No words are a failure here: a resident would hear nothing.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(endpoint)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any]:
        """The response `utter_action` as it is said on `output_channel`.

        Raises:
            RasaException: the answer is not a response; HTTP errors as `Endpoint.request` raises them.
        """
        responses = kwargs.pop("domain_responses", None)
        kwargs["response_id"] = self.fetch_response_id(utter_action, tracker, output_channel, responses)
        body = {
            "response": utter_action,
            "id": kwargs.pop("response_id"),
            "arguments": kwargs,
            "tracker": tracker.current_state(EventVerbosity.NONE),
            "channel": {"name": output_channel},
        }
        answer = await self.nlg_endpoint.request(json=body)
        if isinstance(answer, dict) and _WORDS.is_valid(answer):
            return answer
        record = turn_record.get()
        if record is not None:
            record.fail("nlg_error", f"no usable words for {utter_action}")
        raise RasaException(f"no usable words for {utter_action}")
