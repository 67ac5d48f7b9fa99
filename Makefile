# Every target starts from nothing: the environment is made when it is missing or pyproject.toml is newer.
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed

.PHONY: setup demo run test chaos bench check lint clean help

help:
	@echo "make demo   three whole calls through the real product, as they happen"
	@echo "make test   all tests"
	@echo "make chaos  promises fall due while everything dies at random (SIZE=small|large SEED=1)"
	@echo "make run    serve it (settings: docs/settings.md)"
	@echo "make check  format, lint, types, import order, the menu"
	@echo "make bench  the figures of docs/performance.md"

setup: $(STAMP)

$(STAMP): pyproject.toml
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing barocall and what it needs into $(VENV) (a few minutes the first time) …"
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@$(VENV)/bin/python -m callqueue.forecast
	@touch $(STAMP)

demo: setup
	@$(VENV)/bin/barocall demo

run: setup
	@$(VENV)/bin/barocall run

test: setup
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile --twilio-description

chaos: setup
	$(VENV)/bin/python -m tests.chaos --size $(or $(SIZE),large) --seed $(or $(SEED),1)

bench: setup
	$(VENV)/bin/python -m benchmarks

check: lint
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy
	$(VENV)/bin/barocall menu check menus.yaml

lint: setup
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis
