# The two commands a newcomer needs are `make demo` and `make test`; both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Demo and tests use the committed starter packages, so that results are the same everywhere.
STARTER := LOCALIZE_STARTER=1

.PHONY: setup system models demo serve check test bench chaos clean

setup: system $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "localize needs Python 3.11 or newer; type: make setup PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# Exact names, because a substitute face draws Hindi, Thai and Chinese wrong.
system:
	@PYTHON="$(PYTHON)" sh scripts/system-packages

models: setup
	@$(BIN)/localize models install --starter

demo: models
	@# 3 means findings for a reviewer, with everything written.
	@$(STARTER) $(BIN)/python -m flows.localize_series samples/dragon-king/series.toml || test $$? = 3
	@echo "review it in the desk, http://127.0.0.1:8700/:"
	@echo "  $(BIN)/localize desk users add NAME --role lead"
	@echo "  $(BIN)/localize desk samples/dragon-king/series.toml"

# Prefect's server and a worker, and the desk, until Ctrl-C; options: make serve SERVE="shows/ --port 4300 --limit 2"
serve: models
	@$(BIN)/python -m flows.serve $(SERVE)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: models
	$(STARTER) $(BIN)/python -m pytest

bench: models
	$(STARTER) $(BIN)/python -m tests.bench

# Kills processes, the desk, Prefect and its worker too, and lets disks fail, in a folder of its own; options: make chaos CHAOS="--kills 20 --seed 7"
chaos: setup
	@$(BIN)/python -m tests.chaos $(CHAOS)

clean:
	rm -rf $(VENV) .cache samples/dragon-king/workspace
