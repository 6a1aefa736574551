"""The landing page `/`: what is where, and what to try."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from connectors.web.page import page
from kit.settings import Settings, secrets_file

HERE = Path(__file__).parent


def router(settings: Settings) -> APIRouter:
    """`GET /`. The simulators and the demo's agents are named in the demo only, passwords never."""
    routes = APIRouter(include_in_schema=False)
    # autoescape is on for every template: values come from the environment.
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
    )

    @routes.get("/")
    async def home() -> HTMLResponse:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        return page(
            templates.get_template("landing.html").render(
                demo=settings.demo,
                simulator=f"http://{host}:{settings.simulator_port}/",
                secrets_file=str(secrets_file(settings)),
            )
        )

    return routes


def mount_static(app: FastAPI) -> None:
    """`/static`: the landing page's style."""
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
