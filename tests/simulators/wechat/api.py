"""The platform's API: `stable_token`, `media/upload`, `custom/send` and `template/send`, with its refusals."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from tests.simulators.wechat.model import Platform

SEND_BYTES = 2048
IMAGE_BYTES = 2 * 2**20
IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM")
SLOW_SECONDS, HANG_SECONDS = 2.0, 7.0
ERRORS = {
    -1: "system error", 40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid", 40004: "invalid media type", 40007: "invalid media_id", 40008: "invalid message type", 40013: "invalid appid", 40033: "invalid charset",
    40009: "invalid image size", 40125: "invalid appsecret", 40164: "invalid ip, not in whitelist", 41001: "access_token missing",
    41005: "media data missing",
    44004: "empty content", 45002: "content size out of limit", 45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit", 45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit", 47001: "data format error", 48001: "api unauthorized",
    65401: "invalid kf account", 40037: "invalid template_id", 43004: "require subscribe",
    47003: "argument invalid",
}  # fmt: skip
# Refusals on demand.
TRICKS = {
    "busy": -1, "too_fast": 45011, "quota": 45047, "out_of_window": 45015, "too_long": 45002,
    "unauthorized": 48001, "token_refused": 40001,
}  # fmt: skip
# Refusals on demand of one kind of message.
KIND_TRICKS = {"menu_refused": "msgmenu", "card_refused": "news", "program_refused": "miniprogrampage"}
UPLOAD_TRICKS = {"upload_busy": -1, "upload_refused": 40004}


def refusal(code: int) -> dict[str, Any]:
    return {"errcode": code, "errmsg": f"{ERRORS.get(code, 'error')} rid: simulated"}


def routes(platform: Platform) -> APIRouter:
    """`/cgi-bin/…`; errors have status 200, as the platform's do."""
    router = APIRouter(prefix="/cgi-bin")

    @router.post("/stable_token")
    async def stable_token(request: Request) -> dict[str, Any]:
        if platform.plays("token_unlisted"):
            return refusal(40164)
        if platform.plays("token_busy"):
            return refusal(-1)
        body = await request.json()
        account = platform.accounts.get(str(body.get("appid")))
        if account is None or body.get("grant_type") != "client_credential":
            return refusal(40013)
        if not hmac.compare_digest(account.secret, str(body.get("secret"))):
            return refusal(40125)
        token, seconds = platform.issue_token(account.appid)
        return {"access_token": token, "expires_in": seconds}

    @router.post("/message/custom/send")
    async def send(request: Request) -> Response:
        return await taken(request, "send", _send)

    @router.post("/message/template/send")
    async def template(request: Request) -> Response:
        return await taken(request, "template", _template)

    async def taken(request: Request, way: str, put: Callable[[Platform, str, bytes], int]) -> Response:
        raw = await request.body()
        platform.counts[way] += 1
        if platform.plays("slow"):
            await asyncio.sleep(SLOW_SECONDS)
        if platform.plays("send_500"):
            answer: dict[str, Any] = {}
            status = 500
        else:
            hang = platform.plays("send_timeout")
            answer = refusal(put(platform, request.query_params.get("access_token", ""), raw))
            if answer["errcode"] == 0:
                answer["errmsg"] = "ok"
            status = 200
            if hang:
                await asyncio.sleep(HANG_SECONDS)
        return answered(way, request, raw.decode(errors="replace"), answer, status)

    @router.post("/media/upload")
    async def upload(request: Request) -> Response:
        platform.counts["upload"] += 1
        hang = platform.plays("upload_timeout")
        answer: dict[str, Any] = {}
        shown = ""
        if not platform.plays("upload_500"):
            async with request.form() as form:
                media = form.get("media")
                data = await media.read() if isinstance(media, UploadFile) and media.filename else b""
            shown = f"media: {len(data)} bytes"
            code, appid = _upload(platform, request.query_params, data)
            answer = refusal(code) if code else platform.take_media(appid, data)
        if hang:
            await asyncio.sleep(HANG_SECONDS)
        return answered("upload", request, shown, answer, 200 if answer else 500)

    def answered(way: str, request: Request, body: str, answer: dict[str, Any], status: int) -> Response:
        outcome = answer.get("errcode", 0) if answer else ""
        platform.note(
            way=way, method="POST", url=f"{request.url.path}?access_token=***", encrypted=False, status=status,
            took_ms=0, attempt=1, outcome=str(outcome), why=answer.get("errmsg", ""), body=body[:4000], plain="",
            answer=json.dumps(answer), opened="",
        )  # fmt: skip
        return JSONResponse(answer, status) if answer else Response(status_code=status)

    return router


def _upload(platform: Platform, query: Mapping[str, str], data: bytes) -> tuple[int, str]:
    """0 or the errcode, and whose upload it is."""
    appid = platform.token_of(query.get("access_token", ""))
    if appid is None:
        return 40001, ""
    if code := next((code for trick, code in UPLOAD_TRICKS.items() if platform.plays(trick)), 0):
        return code, appid
    checks = {
        41005: not data,
        40004: query.get("type") != "image" or not data.startswith(IMAGES),
        40009: len(data) > IMAGE_BYTES,
    }
    return next((code for code, wrong in checks.items() if wrong), 0), appid


def _template(platform: Platform, token: str, raw: bytes) -> int:
    """Put a template's keywords on the phone; 0 or the errcode. Needs no open window, only a follower."""
    if not token:
        return 41001
    if (appid := platform.token_of(token)) is None:
        return 40001
    if platform.plays("template_unknown"):
        return 40037
    try:
        body = json.loads(raw.decode())
        openid, template = str(body["touser"]), str(body["template_id"])
        values = {str(keyword): str(filled["value"]) for keyword, filled in body["data"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return 47001
    if not template or not values or any(not value or len(value) > 20 for value in values.values()):
        return 47003
    if not platform.knows(appid, openid):
        return 40003
    if not platform.chat(appid, openid).follows:
        return 43004
    shown = "\n".join(f"{keyword}: {value}" for keyword, value in values.items())
    platform.show(appid, openid, "account", shown, kind="template", via="template")
    return 0


def _send(platform: Platform, token: str, raw: bytes) -> int:
    """Put the words on the phone; 0 or the errcode."""
    if not token:
        return 41001
    if (appid := platform.token_of(token)) is None:
        return 40001
    for trick, code in TRICKS.items():
        if platform.plays(trick):
            return code
    try:
        body = json.loads(raw.decode())
        openid, kind, agent = (
            str(body["touser"]),
            body["msgtype"],
            body.get("customservice", {}).get("kf_account"),
        )
        said = _said(kind, body[kind])
    except (ValueError, KeyError, TypeError, AttributeError):
        return 47001
    account = platform.accounts[appid]
    uploaded = said.get("media")
    checks = {
        40033: b"\\u" in raw,  # escapes are shown to residents as they are
        40008: not said or any(kind == of and platform.plays(trick) for trick, of in KIND_TRICKS.items()),
        40003: not platform.knows(appid, openid),
        40007: uploaded is not None
        and (platform.media_of(appid, uploaded) is None or platform.plays("media_gone")),
        44004: kind == "text" and not said["text"].strip(),
        45002: len(said.get("text", "").encode()) > SEND_BYTES,
        45008: kind == "news" and len(body["news"]["articles"]) > 1,
        65401: agent is not None and agent not in account.agents,
    }
    if code := next((code for code, wrong in checks.items() if wrong), 0):
        return code
    if code := platform.chat(appid, openid).spend():
        return code
    nick = account.agents.get(agent or "", "")
    platform.show(appid, openid, "account", said.pop("text", ""), kind=kind, via="send", nick=nick, **said)
    return 0


def _said(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """What a message of this kind puts on the phone; nothing for a kind that is not taken. Raises `KeyError` and the like."""
    if kind == "text":
        return {"text": str(body["content"])}
    if kind == "image":
        return {"media": str(body["media_id"])}
    if kind == "msgmenu":
        menu = [{"id": str(choice["id"]), "content": str(choice["content"])} for choice in body["list"]]
        return {"text": "\n".join(filter(None, (body["head_content"], body["tail_content"]))), "menu": menu}
    if kind == "news":
        article = body["articles"][0]
        shown = {"title": article["title"], "about": article["description"], "href": article["url"]}
        return {"text": article["title"], "card": shown}
    if kind == "miniprogrampage":
        href = f"{body['appid']}/{body['pagepath']}"
        shown = {"title": body["title"], "about": "", "href": href}
        return {"text": body["title"], "card": shown, "media": str(body["thumb_media_id"])}
    return {}
