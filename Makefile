# Everything a fresh machine needs: Python 3.11 or newer, make, and a package index. uv is used when it is there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
DEMO := demo

.PHONY: help demo test lint types unit bench docs lock clean setup broker broker-stop

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## make the environment .venv with the command learnloom

# The lock is also the constraint: else pip looks at newer versions of what is asked for with extras.
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "learnloom needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Try: make PYTHON=python3.12 …"; exit 1; }
ifdef UV
	@test -x $(BIN)/python || uv venv --quiet --python $(PYTHON) $(VENV)
	@uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock -c requirements.lock
	@uv pip install --quiet --python $(BIN)/python --no-deps --editable .
else
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock -c requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
endif
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
ifdef UV
	@uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock -c requirements-dev.lock
else
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock -c requirements-dev.lock
endif
	@touch $@

demo: $(VENV)/.ready ## simulate a class, import it, and show what comes out (in ./demo)
	@$(BIN)/learnloom demo $(DEMO)

test: lint types unit ## lint, types and tests

lint: $(VENV)/.ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar sql

types: $(VENV)/.ready-dev
	@$(BIN)/mypy

unit: $(VENV)/.ready-dev
	@$(BIN)/pytest

bench: $(VENV)/.ready-dev ## measure: validation, import, Kafka, refresh, the models, from an answer to its signal (an hour)
	@$(BIN)/python -m bench

docs: $(VENV)/.ready-dev ## write the generated pages of docs/ anew
	@$(BIN)/python -m learnloom.pipelines.reference.tables > docs/tables.md
	@$(BIN)/python -m learnloom.pipelines.reference.rulebook > docs/rules.md
	@$(BIN)/python -m learnloom.pipelines.reference.rules catalogue > docs/signals.md
	@$(BIN)/python -m learnloom.pipelines.reference.rules profile > docs/schemas/student_profile.json
	@$(BIN)/python -m learnloom.pipelines.reference.rules signal > docs/schemas/signal.json
	@$(BIN)/python -m learnloom.pipelines.reference.rules event > docs/schemas/signal_event.json
	@$(BIN)/python -m learnloom.pipelines.reference.rules why > docs/schemas/skill_why.json
	@$(BIN)/python -m learnloom.pipelines.reference.asyncapi > docs/asyncapi.json

broker: $(VENV)/.ready ## start a Kafka in the background (in ./.broker; BROKER_PORT, else 9092)
	@$(BIN)/python -m servers.kafka.local start

broker-stop: $(VENV)/.ready ## stop it; its data stay
	@$(BIN)/python -m servers.kafka.local stop

lock: ## pin the newest versions that fit pyproject.toml (needs uv)
	@uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		pyproject.toml --output-file requirements.lock
	@uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--group dev pyproject.toml --output-file requirements-dev.lock

clean: ## remove the environment, the demo and caches
	@rm -rf $(VENV) $(DEMO) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
