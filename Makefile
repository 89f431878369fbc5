# make run    the workstation on the practice carrier: nothing to configure, nothing leaves the machine
# make test   every test that needs no other program; make lint: style, types and the walls between rooms
# make bench  the measurements; make lock: fresh requirement files, with hashes (needs uv)

VENV := .venv
BIN := $(VENV)/bin
#: One more than there are cores, since most of a telephone's test is waiting; four at most.
WORKERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); [ $$n -gt 3 ] && echo 4 || echo $$((n + 1)))
ROOMS := config cadence store telephony floor tui cli

.PHONY: help setup dev run test lint bench lock clean

help:
	@sed -n 's/^# //p' Makefile

setup: $(VENV)/.run-ready
dev: $(VENV)/.dev-ready

$(VENV)/.run-ready: pyproject.toml requirements/run.in requirements/run.txt scripts/setup.sh
	@sh scripts/setup.sh $(VENV) requirements/run.txt
	@touch $@

$(VENV)/.dev-ready: $(VENV)/.run-ready requirements/dev.txt
	@sh scripts/setup.sh $(VENV) requirements/dev.txt
	@touch $@

run: setup
	@$(BIN)/sixring practice

test: dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m "not interop" $(ARGS)

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports

bench: dev
	$(BIN)/python bench/run.py $(ARGS)

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

lock:
	@command -v uv >/dev/null || { echo "make lock needs uv on PATH (pip install uv)" >&2; exit 1; }
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements/run.in requirements/build.in -o requirements/run.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements/dev.in -c requirements/run.txt -o requirements/dev.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements/interop.in -c requirements/run.txt -o requirements/interop.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
