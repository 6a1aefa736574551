# Web application, worker, action server, migration, and the reference backends: one image, five commands.
# Build from the repository's root: docker build -f deploy/Dockerfile.app -t hotline-app .
FROM python:3.11.14-slim-trixie AS environment

# Mirrors near you, if any: --build-arg PIP_INDEX_URL=… --build-arg UV_DEFAULT_INDEX=…
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
ENV UV_LINK_MODE=copy
WORKDIR /app
COPY requirements.lock ./
# The lock holds the development tools as well. One lock that is tested as a whole is worth their 300 MB.
RUN python -m pip install --no-cache-dir --disable-pip-version-check uv==0.13.9 \
    && uv venv --python /usr/local/bin/python .venv \
    && uv pip sync --no-cache --require-hashes --compile-bytecode --python .venv/bin/python requirements.lock


FROM python:3.11.14-slim-trixie

RUN groupadd --system --gid 10001 hotline \
    && useradd --system --uid 10001 --gid hotline --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin hotline
WORKDIR /app
COPY --from=environment /app/.venv .venv
COPY data data
COPY kit kit
COPY backends backends
COPY conversations conversations
COPY outreach outreach
COPY desk desk
COPY connectors connectors
COPY actions actions
COPY hotline hotline
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    HOTLINE_DEMO=0 \
    HOTLINE_HOST=0.0.0.0 \
    HOTLINE_LOG_JSON=1
# Here, because the file system is read-only later.
RUN python -m compileall -q kit backends conversations desk connectors outreach actions hotline
USER 10001
EXPOSE 8000
# Of the default command; the others bring their own.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["python", "-m", "hotline", "web"]
