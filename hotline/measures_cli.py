"""`hotline measures`: the utility's special measures from the command line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from kit.errors import BadInput, HotlineError

app = typer.Typer(
    help="Special measures: what holds for a while beside the usual rules.", no_args_is_help=True
)
DryRun = Annotated[bool, typer.Option("--dry-run", help="check everything, change nothing")]


@contextlib.contextmanager
def _stopping() -> Iterator[None]:
    try:
        yield
    except HotlineError as error:
        Console(stderr=True).print(f"[red]{error.code}[/]: ", end="")
        typer.echo(error.reason, err=True)  # plain: brackets in it are no markup
        raise typer.Exit(1) from error


@app.command("list")
def list_measures(
    everything: Annotated[bool, typer.Option("--all", help="lapsed and withdrawn ones, too")] = False,
    province: Annotated[str, typer.Option(help="of this province only")] = "",
) -> None:
    """Measures in force and to come, one a line."""
    from hotline import measure_work as work

    with _stopping():
        found = work.listed(everything=everything, province=province)
    for one in found:
        typer.echo(work.line(one))
    if not found:
        typer.echo(
            "no measures" if everything else "no measures in force; --all shows the earlier ones", err=True
        )


@app.command()
def show(measure_id: str) -> None:
    """One measure in full."""
    from hotline import measure_work as work

    with _stopping():
        typer.echo(work.in_full(work.find(measure_id)))


@app.command()
def add(
    measure_id: Annotated[str, typer.Option("--id", help="yours: small letters, digits, dashes")] = "",
    file: Annotated[Path | None, typer.Option(help="a file like docs/measure-template.yml, instead of options")] = None,
    title: Annotated[str, typer.Option(help="as residents hear it")] = "",
    text: Annotated[str, typer.Option(help="what residents hear, with the condition")] = "",
    word: Annotated[list[str] | None, typer.Option(help="what residents say when they mean it; repeatable")] = None,
    province: Annotated[str, typer.Option(help="in full")] = "",
    city: Annotated[str, typer.Option(help="none: the whole province")] = "",
    district: Annotated[list[str] | None, typer.Option(help="none: the whole city; repeatable")] = None,
    customer: Annotated[list[str] | None, typer.Option(help="resident, firm, important; none: all; repeatable")] = None,
    arrears: Annotated[str, typer.Option(help="no_cut or no_cut_no_fee")] = "",
    planned_work: Annotated[str, typer.Option(help="cancelled: announced work is called off")] = "",
    raises: Annotated[list[str] | None, typer.Option(help="a mark of orders that go one step up; repeatable")] = None,
    green_channel: Annotated[list[str] | None, typer.Option(help="a subject with a fast lane; repeatable")] = None,
    answer: Annotated[list[str] | None, typer.Option(help="intent=words beside the usual answer; repeatable")] = None,
    valid_from: Annotated[str, typer.Option(help="YYYY-MM-DD; none: today")] = "",
    valid_to: Annotated[str, typer.Option(help="the last day; none: not announced")] = "",
    source: Annotated[str, typer.Option(help="where it was announced")] = "",
    dry_run: DryRun = False,
) -> None:  # fmt: skip
    """Enter a measure; it counts at once. The same one twice is one."""
    from hotline import measure_work as work

    with _stopping():
        effects: dict[str, Any] = {
            "arrears": arrears, "planned_work": planned_work, "raises": raises, "green_channel": green_channel,
            "answers": _answers(answer or []),
        }  # fmt: skip
        written: dict[str, Any] = {
            "measure_id": measure_id, "title": title, "text": text, "words": word, "province": province, "city": city,
            "districts": district, "customers": customer, "effects": {k: v for k, v in effects.items() if v},
            "valid_from": valid_from, "valid_to": valid_to, "source": source,
        }  # fmt: skip
        requests = work.requests(file, {name: value for name, value in written.items() if value})
        for request in requests:
            typer.echo(work.in_full(request) if dry_run else work.line(work.add(request)))
    if dry_run:
        typer.echo(f"{len(requests)} good; nothing was changed", err=True)


def _answers(given: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if wrong := [intent for intent, equals, _ in pairs if not equals]:
        raise BadInput(f"--answer {wrong[0]!r}: must be intent=words")
    return {intent.strip(): words.strip() for intent, _, words in pairs}


@app.command()
def withdraw(measure_id: str, dry_run: DryRun = False) -> None:
    """End a measure now. It stays on record, and never comes back under its id."""
    from hotline import measure_work as work

    with _stopping():
        typer.echo(work.line(work.find(measure_id) if dry_run else work.withdraw(measure_id)))
    if dry_run:
        typer.echo("it would be withdrawn; nothing was changed", err=True)
