"""What is counted in the record itself, since several processes write it: ratings and notices."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, generate_latest
from sqlalchemy import func, select

from desk.models import Survey
from kit.db import Database
from outreach.models import Notice


async def metrics_of_record(db: Database) -> bytes:
    """`hotline_survey_answers_total{source,answer}` (answer `none`: asked only) and `hotline_notices_told_total`."""
    registry = CollectorRegistry()
    answers = Counter(
        "hotline_survey_answers", "Ratings by residents", ["source", "answer"], registry=registry
    )
    told = Counter("hotline_notices_told", "Notices put on their way to subscribers", registry=registry)
    async with db.work() as session:
        rows = await session.execute(
            select(Survey.source, Survey.answer, func.count()).group_by(Survey.source, Survey.answer)
        )
        for source, answer, count in rows:
            answers.labels(source, answer or "none").inc(count)
        told.inc(await session.scalar(select(func.count()).select_from(Notice)) or 0)
    return generate_latest(registry)
