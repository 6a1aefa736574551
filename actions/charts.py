"""Use of energy as a picture for a telephone's screen: digits, months and kWh only, so that no Chinese font is needed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

SIZE, DPI = (7.2, 3.6), 100  # 720 x 360 pixels: 2 to 1
BAR, TOP, INK = "#3b82a0", "#d9822b", "#333333"
LABELLED = 13  # bars of which each can still carry its figure
TICKS = 12


def usage_chart(rows: Sequence[tuple[date, float]], *, monthly: bool) -> bytes:
    """A PNG of bars in order, the highest in another colour; `rows`: first day and kWh of each. Raises `ValueError`: none."""
    if not rows:
        raise ValueError("nothing to draw")
    values = [value for _, value in rows]
    top = values.index(max(values))
    figure = Figure(
        figsize=SIZE, dpi=DPI, layout="constrained"
    )  # no pyplot: its figures are global and never freed
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    bars = axes.bar(
        range(len(rows)), values, color=[TOP if n == top else BAR for n in range(len(rows))], width=0.7
    )
    if len(rows) <= LABELLED:
        axes.bar_label(bars, labels=[f"{value:g}" for value in values], fontsize=11, color=INK, padding=2)
    step = -(-len(rows) // TICKS)
    shown = range(0, len(rows), step)
    axes.set_xticks(list(shown), [_name(rows[n][0], monthly) for n in shown], fontsize=11, color=INK)
    axes.set_ylabel("kWh", fontsize=12, color=INK)
    axes.margins(y=0.15)
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="y", labelsize=11, colors=INK)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    drawn = io.BytesIO()
    figure.savefig(drawn, format="png", metadata={"Software": None})
    return drawn.getvalue()


def _name(day: date, monthly: bool) -> str:
    return f"{day:%Y-%m}" if monthly else f"{day.month}/{day.day}"
