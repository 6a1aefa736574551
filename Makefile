# The commands of the hotline. `make run` and `make test` work on a fresh clone: each brings what it needs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
UV := .uv/bin/uv
PY := .venv/bin/python
BOT_PY := bot/.venv/bin/python

.PHONY: help setup run test train parse chat bench lint lock clean

help:  ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup: .venv/.done bot/.venv/.done  ## both environments

# What they say goes to stderr: the stdout of `make parse` is results, also when it brings what it needs.
.uv/bin/uv:
	@deploy/need-python.sh >&2
	@echo "bringing uv $(UV_VERSION) into .uv/" >&2
	@python3 -m venv .uv >&2 && .uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)" >&2

.venv/.done: requirements.lock pyproject.toml | .uv/bin/uv
	@echo "environment 1 of 2: the services (Python >= 3.11)" >&2
	@$(UV) venv --quiet --allow-existing --python "$$(deploy/find-python.sh 3.11 $(UV))" .venv >&2
	@$(UV) pip sync --compile-bytecode --python $(PY) requirements.lock 2>&1 | sed '/^ [+-] /d' >&2
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(PY) --editable . >&2
	@touch $@

bot/.venv/.done: bot/requirements.lock | .uv/bin/uv
	@echo "environment 2 of 2: the bot (Python 3.10, Rasa)" >&2
	@$(UV) venv --quiet --allow-existing --python "$$(deploy/find-python.sh 3.10 $(UV))" bot/.venv >&2
	@$(UV) pip sync --compile-bytecode --python $(BOT_PY) bot/requirements.lock 2>&1 | sed '/^ [+-] /d' >&2
	@touch $@

run: setup  ## everything in one terminal; Ctrl-C stops it
	@.venv/bin/hotline up

train: setup  ## the model, if anything it depends on changed
	@$(BOT_PY) -m bot.train >&2

parse: setup train  ## stdin: utterances; stdout: one JSON result a line
	@$(BOT_PY) -m bot.parse

chat: setup  ## talk in the terminal to the hotline that `make run` started
	@.venv/bin/hotline chat

test: setup  ## all tests, both environments, real browser
	@$(PY) tests/run.py

bench: setup train  ## the benchmarks for this machine
	@$(PY) -m benchmarks

lint: setup  ## style, types, architecture, data, compose file and Dockerfiles
	@$(PY) deploy/lint.py

lock: .uv/bin/uv  ## resolve both lock files anew
	@$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --python-version 3.11 --group pyproject.toml:dev pyproject.toml -o requirements.lock
	@cd bot && ../$(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --custom-compile-command "make lock" --python-version 3.10 --group pyproject.toml:dev pyproject.toml -o requirements.lock

clean:  ## environments, models and caches; the state in .hotline/ stays
	@rm -rf .venv bot/.venv .uv models .rasa .mypy_cache .ruff_cache .pytest_cache
