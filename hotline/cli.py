"""The `hotline` command."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from hotline import measures_cli
from kit.embedded.place import ROOT_DATA
from kit.errors import HotlineError
from kit.settings import ROOT, Settings, load

app = typer.Typer(
    help=(
        "The 95598 hotline assistant. A local start keeps its state in HOTLINE_HOME (.hotline in the project): secrets, logs, "
        f"databases. Started as root, the databases lie in {ROOT_DATA}/<hash>, where the file `home` tells whose they are; "
        "a later start deletes those whose home has been gone for a day."
    ),
    no_args_is_help=True,
    add_completion=False,
)
db = typer.Typer(help="The record's database.", no_args_is_help=True)
nlu = typer.Typer(help="Understanding: programs of the bot's own environment.", no_args_is_help=True)
notices = typer.Typer(help="What residents are told unasked.", no_args_is_help=True)
agents = typer.Typer(help="The people at the desk.", no_args_is_help=True)
app.add_typer(db, name="db")
app.add_typer(nlu, name="nlu")
app.add_typer(agents, name="agents")
app.add_typer(measures_cli.app, name="measures")
app.add_typer(notices, name="notices")

console = Console(stderr=True)


def _settings() -> Settings:
    try:
        return load()
    except HotlineError as error:
        raise _stop(error) from error


def _stop(error: HotlineError) -> typer.Exit:
    console.print(f"[red]{error.code}[/]: {error.reason}", highlight=False, markup=True)
    return typer.Exit(1)


@app.command()
def up() -> None:
    """Start everything in this terminal: databases, model, services, and in the demo the simulators."""
    from hotline.up import Hotline, only_one
    from kit import logging
    from kit.embedded import EmbeddedError

    settings = _settings()
    logging.configure(json=settings.log_json)
    try:
        with only_one(settings.home):
            asyncio.run(Hotline(settings, Console()).run())
    except HotlineError as error:
        raise _stop(error) from error
    except EmbeddedError as error:
        raise _stop(HotlineError(str(error), code="embedded")) from error


@app.command()
def web() -> None:
    """Serve the web application (and its inner door)."""
    from hotline.web import serve

    settings = _settings()
    try:
        asyncio.run(serve(settings))
    except HotlineError as error:
        raise _stop(error) from error


@app.command()
def worker() -> None:
    """Run turns and deliveries."""
    from hotline.worker import work

    settings = _settings()
    try:
        asyncio.run(work(settings))
    except HotlineError as error:
        raise _stop(error) from error


@app.command()
def chat() -> None:
    """Talk to the running hotline in this terminal, as a visitor of its web chat."""
    from hotline.chat import TerminalChat

    settings = _settings()
    try:
        TerminalChat(f"http://{settings.host}:{settings.port}", Console()).talk()
    except HotlineError as error:
        raise _stop(error) from error


@db.command()
def upgrade() -> None:
    """Bring the record's tables to the newest form."""
    from hotline import database
    from hotline.parts import url_of

    try:
        database.upgrade(url_of(_settings().database_url, "HOTLINE_DATABASE_URL"))
    except HotlineError as error:
        raise _stop(error) from error


@agents.command("add")
def add_agent(
    username: str,
    display_name: str,
    role: Annotated[str, typer.Option(help="agent or supervisor")] = "agent",
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """Let a person work at the desk."""
    from desk.agents import create_agent
    from hotline.parts import url_of
    from kit.db import Database

    async def add() -> None:
        record = Database(url_of(_settings().database_url, "HOTLINE_DATABASE_URL"))
        async with record.work() as session:
            await create_agent(
                session, username=username, display_name=display_name, role=role, password=password
            )
        await record.close()

    try:
        asyncio.run(add())
    except HotlineError as error:
        raise _stop(error) from error


@notices.command()
def preview() -> None:
    """Show what would be told now, and to whom (masked); nothing is sent."""
    from hotline.parts import build
    from outreach.preview import lines

    async def show() -> list[str]:
        parts = build(_settings())
        await parts.open()
        try:
            return await lines(parts.outreach)
        finally:
            await parts.close()

    try:
        shown = asyncio.run(show())
    except HotlineError as error:
        raise _stop(error) from error
    for line in shown or ["nothing is due"]:
        typer.echo(line)


def _bot(module: str, arguments: list[str]) -> None:
    python = ROOT / "bot" / ".venv" / "bin" / "python"
    if not python.exists():
        raise _stop(HotlineError("the bot's environment is missing; run `make setup`", code="setup"))
    env = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    sys.exit(subprocess.run([str(python), "-m", module, *arguments], env=env).returncode)


PROGRAMS = {
    "train": ("bot.train", "Train the model if anything it depends on changed (`--force`: anyway)."),
    "parse": ("bot.parse", "Understand utterances: one a line in, one JSON result a line out."),
    "chat": ("bot.chat", "Talk to the model alone, with the action server at HOTLINE_ACTIONS_URL."),
    "evaluate": (
        "bot.evaluate",
        "Measure the model on utterances that it has never seen; a report with pictures.",
    ),
    "lint": (
        "bot.variety",
        "Hold the variety of the utterances, and the held-out ones apart from the training.",
    ),
}


def _passing_on(module: str) -> Callable[[typer.Context], None]:
    def run(context: typer.Context) -> None:
        _bot(module, context.args)

    return run


for _name, (_module, _help) in PROGRAMS.items():
    nlu.command(
        _name, help=_help, context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
    )(_passing_on(_module))
