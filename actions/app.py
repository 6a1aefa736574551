"""The action server: Rasa's action protocol on `/webhook`, the words of its responses on `/nlg`.

    call            body                                    answer
    POST /webhook   next_action tracker [domain]            200 events responses; 400 rejected, 404 unknown, 449 no domain
    POST /nlg       response channel tracker arguments      200 text buttons; 404 unknown response
    GET  /health    –                                       200; the only call without the inner token

An error is `{"error": {"code", "reason"}}`; those of `/webhook` are as Rasa expects them. No answer and no log line
quotes a request: it holds what residents said.
"""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import (
    ActionExecutionRejection,
    ActionMissingDomainException,
    ActionNotFoundException,
)

from actions import (
    answer,
    dialogue,
    hall,
    handoff,
    manager,
    outage,
    subscription,
    tariff,
    tell_measures,
    ticket,
    understanding,
    urge,
)
from actions.accounts import balance, bill, bindings, case, contact, payments, proof, reconnect, usage
from actions.applications import form as application_form
from actions.applications import tell as application
from actions.clients import Clients
from actions.fault.form import ValidateFaultForm
from actions.fault.report import RegisterDanger, ReportFault
from actions.turn import CHANNELS
from actions.voice import form as voice_form
from actions.voice import record as voice
from kit.errors import BadInput, NotFound, error_body, install_error_handlers
from kit.http import BodyLimit, require_bearer
from kit.logging import get
from kit.settings import Settings

log = get(__name__)

BODY_LIMIT = 2**20  # bytes: the last turns of a conversation with all their events
ACTIONS: tuple[type[Any], ...] = (
    understanding.Understanding,
    outage.TellOutage, outage.ValidateOutageForm,
    ReportFault, RegisterDanger, ValidateFaultForm,
    bill.TellBill, balance.TellBalance, usage.TellUsage, payments.TellPayments, reconnect.Reconnect,
    proof.ValidateAccountForm, bindings.Bind, bindings.Bindings,
    contact.ChangeContact, contact.ValidateContactForm, case.ReportCase, case.ValidateCaseForm,
    hall.TellHall, hall.ValidateHallForm,
    tell_measures.TellMeasures,
    answer.Answer,
    manager.TellManager, manager.ValidateManagerForm,
    tariff.Estimate,
    application.Apply, application_form.ValidateApplicationForm,
    voice.RecordVoice, voice_form.ValidateVoiceForm,
    subscription.SubscribeOutage, subscription.SubscribeArrears, subscription.Unsubscribe,
    subscription.ListSubscriptions, subscription.ValidateSubscribeForm,
    ticket.TellTicket, ticket.ValidateTicketForm, urge.Urge, urge.ValidateWithdrawForm,
    handoff.Handoff,
    dialogue.Affirm, dialogue.Deny, dialogue.Inform, dialogue.Repeat, dialogue.Cancel, dialogue.NextDemand,
    dialogue.OutOfScope,
    dialogue.Fallback,
)  # fmt: skip


class NlgChannel(BaseModel):
    name: str | None = None


class NlgRequest(BaseModel):
    """Rasa's request for the words of a response."""

    response: str
    id: str | None = None
    arguments: dict[str, Any] = {}
    tracker: dict[str, Any] = {}
    channel: NlgChannel = NlgChannel()

    def channel_name(self) -> str:
        """The channel of the message, else of the output. Raises `BadInput` for one that has no words."""
        metadata = (self.tracker.get("latest_message") or {}).get("metadata") or {}
        name = metadata.get("channel") or self.channel.name
        if name not in CHANNELS:
            raise BadInput(f"channel: must be one of {', '.join(CHANNELS)}")
        return str(name)


def executor_of(clients: Clients) -> ActionExecutor:
    """Every action of ours, built once."""
    executor = ActionExecutor()
    for kind in ACTIONS:
        action: Action = kind(clients)
        executor.register_function(action.name(), action.run)
    return executor


def create_app(settings: Settings, clients: Clients | None = None) -> FastAPI:
    """The application; it closes its clients when it ends."""
    clients = clients or Clients.build(settings)
    executor = executor_of(clients)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Vectors of all questions take seconds: made beside the first turns, none of which needs to wait for the start.
        Thread(target=clients.knowledge.warm, name="knowledge", daemon=True).start()
        yield
        await clients.aclose()

    app = FastAPI(title="Actions", lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(BodyLimit, limit=BODY_LIMIT)
    install_error_handlers(app)
    guard = [Depends(require_bearer(settings.internal_token))]

    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/webhook", dependencies=guard)
    async def webhook(call: dict[str, Any]) -> JSONResponse:
        return await run(executor, call)

    @app.post("/nlg", dependencies=guard)
    async def nlg(asked: NlgRequest) -> dict[str, Any]:
        if asked.response not in clients.wording.keys():  # noqa: SIM118 (a method, no mapping)
            raise NotFound("no such response")
        words = clients.wording.render(asked.response, asked.channel_name(), asked.arguments)
        return {
            "text": words.text, "buttons": words.buttons,
            "elements": [], "attachment": None, "image": None, "custom": {},
        }  # fmt: skip

    @app.exception_handler(Exception)
    async def unexpected(_: Request, error: Exception) -> JSONResponse:
        report("request_failed", error)
        return JSONResponse(error_body("error", type(error).__name__), status_code=500)

    return app


async def run(executor: ActionExecutor, call: dict[str, Any]) -> JSONResponse:
    """One action call of Rasa's, with the status codes of Rasa's own server."""
    if "domain_digest" not in call:
        # A Rasa that leaves the domain out without a digest would not send it on a second try either; none of ours reads it.
        call.setdefault("domain", {})
    name = str(call.get("next_action") or "")
    if not isinstance(call.get("tracker"), dict) or "sender_id" not in call["tracker"]:
        raise BadInput("tracker: missing")
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as rejection:
        body = {"error": rejection.message, "action_name": rejection.action_name}
        return JSONResponse(body, status_code=400)
    except ActionNotFoundException:
        return JSONResponse({"error": "no such action", "action_name": name}, status_code=404)
    except ActionMissingDomainException as missing:
        return JSONResponse({"error": missing.message, "action_name": name}, status_code=449)
    except Exception as error:
        report("action_failed", error, action=name)
        return JSONResponse({"error": "the action failed", "action_name": name}, status_code=500)
    return JSONResponse(result.model_dump() if result else None)


def report(event: str, error: Exception, **known: str) -> None:
    """Log where an error came from: kind and place, not its message, which may quote the resident."""
    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f"{place[0].filename}:{place[0].lineno}" if place else ""
    log.error(event, error=type(error).__name__, where=where, **known)
