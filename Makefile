# The two commands: `make serve` and `make test`. Both set up all they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROOMS := conversation knowledge guardrails desk agent evals channels sample

.PHONY: help serve test check format bench lock clean
.DEFAULT_GOAL := help

help:
	@echo "make serve   set up and run Handrail with the sample business on http://127.0.0.1:8000"
	@echo "make test    set up and run the tests"
	@echo "make check   format, lint, types and import arrows"
	@echo "make bench   measure the figures in docs/numbers.md"
	@echo "make lock    pin the newest versions that pyproject.toml allows"

$(VENV)/uv:
	@$(PYTHON) -c 'import sys; sys.exit("Handrail needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 serve" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@touch $@

$(VENV)/serve: $(VENV)/uv requirements.lock pyproject.toml
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet --no-deps -r requirements.lock
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet --no-deps -e .
	@touch $@

$(VENV)/test: $(VENV)/serve requirements-dev.lock
	VIRTUAL_ENV=$(abspath $(VENV)) $(BIN)/uv pip install --quiet --no-deps -r requirements-dev.lock
	@touch $@

serve: $(VENV)/serve
	$(BIN)/handrail serve

test: $(VENV)/test
	$(BIN)/pytest -n auto --dist loadfile $(ARGS)

check: $(VENV)/test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/test
	$(BIN)/python -m bench $(ARGS)

lock: $(VENV)/uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header \
		--all-extras --group dev --group model pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-emit-index-url --no-annotate --no-header \
		pyproject.toml -c requirements-dev.lock -o requirements.lock

clean:
	rm -rf $(VENV) .handrail .mypy_cache .pytest_cache .ruff_cache
