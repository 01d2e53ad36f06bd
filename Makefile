# Everything a fresh machine needs: Python 3.11 or newer, make, and a package index. uv is used when it is there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
DEMO := demo
# Tests and commands start many processes; where nothing may be kept, each compiles all that it imports.
unexport PYTHONDONTWRITEBYTECODE
# DuckDB takes and frees many small pieces of memory: where a thread of glibc keeps more of them than 7 of a size at hand, a
# small refresh takes a tenth less of a processor. The long tests, of which some measure memory, have it as it is.
test unit quick coverage: export GLIBC_TUNABLES = glibc.malloc.tcache_count=8000

.PHONY: help pictures demo test lint types long unit quick coverage trials bench containers conformance clients docs site lock clean setup setup-dev broker broker-stop

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

setup-dev: $(VENV)/.ready-dev ## the same, with what tests and lint need

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
ifdef UV
	@uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock -c requirements-dev.lock
else
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock -c requirements-dev.lock
endif
	@touch $@

demo: $(VENV)/.ready ## simulate a class, import it, and show what comes out (in ./demo)
	@$(BIN)/learnloom demo $(DEMO)

test: $(VENV)/.ready-dev ## lint, types, documentation and the tests, but for the long ones
	@$(MAKE) --no-print-directory --jobs=2 lint types site
	@$(BIN)/pytest --durations=25 -m "not long"

long: $(VENV)/.ready-dev ## the long tests: kills at random instants, random histories, parts that are away, many refreshes, the same on another store, real answers
	@$(BIN)/pytest --durations=25 -m long

unit: $(VENV)/.ready-dev ## the tests that need no server, but for the long ones
	@$(BIN)/pytest -m "not (long or broker or postgres or s3 or prefect or browser)"

# No process more than there are cores, for these tests wait for nothing. To import Prefect takes longer than the tests of
# flows that need no server.
quick: $(VENV)/.ready-dev ## the tests for daily work: no server, no simulated class, nothing slow
	@$(BIN)/pytest -n $$(getconf _NPROCESSORS_ONLN) --hypothesis-profile=quick --ignore=tests/flows \
		-m "not (slow or long or school or broker or postgres or s3 or prefect or browser)"

coverage: $(VENV)/.ready-dev ## the tests, but for the long ones, and which lines none of them runs (processes that tests start are not seen)
	@$(BIN)/pytest --cov --cov-report=term -m "not long"

trials: $(VENV)/.ready-dev ## what is true of simulated classes is found again: a table of figures and bounds
	@$(BIN)/python -m bench.trials

lint: $(VENV)/.ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar sql

types: $(VENV)/.ready-dev
	@$(BIN)/mypy

containers: $(VENV)/.ready-dev ## what only containers show: image, composition, chart (needs Docker with compose; helm)
	@LEARNLOOM_CONTAINERS=1 $(BIN)/pytest -n 0 -m containers --durations=0 tests/deploy

conformance: $(VENV)/.ready-dev ## run ADL's conformance suite for LRSs, where its tree is at hand: make conformance SUITE=PATH
	@$(BIN)/python -m bench.conformance $(SUITE) $(STORE)

clients: $(VENV)/.ready-dev ## try clients that platforms use against learnloom lrs (needs npm)
	@$(BIN)/python -m bench.clients

bench: $(VENV)/.ready-dev ## measure: validation, import, Kafka, refresh, the models, from an answer to its signal (an hour)
	@$(BIN)/python -m bench

pictures: $(VENV)/.ready-dev ## take the pictures of the pages in docs/images (needs Chromium and ./demo)
	@$(BIN)/python -m bench.pictures $(DEMO)

docs: $(VENV)/.ready-dev ## write the generated pages of docs/ anew
	@$(BIN)/python -m learnloom.pipelines.reference.cli > docs/reference/cli.md
	@$(BIN)/python -m learnloom.pipelines.reference.settings > docs/reference/settings.md
	@$(BIN)/python -m learnloom.pipelines.reference.tables > docs/reference/tables.md
	@$(BIN)/python -m learnloom.pipelines.reference.kept > docs/reference/kept.md
	@$(BIN)/python -m learnloom.pipelines.reference.vocabulary > docs/reference/vocabulary-file.md
	@$(BIN)/python -m learnloom.pipelines.reference.rulebook > docs/reference/rules.md
	@$(BIN)/python -m learnloom.pipelines.reference.dialects > docs/reference/dialects.md
	@$(BIN)/python -m learnloom.pipelines.reference.rules catalogue > docs/reference/signals.md
	@$(BIN)/python -m learnloom.pipelines.reference.rules messages > docs/reference/messages.md
	@$(BIN)/python -m learnloom.pipelines.reference.rules template > pipelines/feedback/locales/learnloom.pot
	@$(BIN)/python -m learnloom.pipelines.reference.rules profile > docs/reference/schemas/student_profile.json
	@$(BIN)/python -m learnloom.pipelines.reference.rules signal > docs/reference/schemas/signal.json
	@$(BIN)/python -m learnloom.pipelines.reference.rules event > docs/reference/schemas/signal_event.json
	@$(BIN)/python -m learnloom.pipelines.reference.rules why > docs/reference/schemas/skill_why.json

site: $(VENV)/.ready-dev ## build the documentation as a site (in ./site); a dead link or anchor fails
	@$(BIN)/zensical build --strict

broker: $(VENV)/.ready ## start a Kafka in the background (in ./.broker; BROKER_PORT, else 9092)
	@$(BIN)/python -m servers.kafka.local start

broker-stop: $(VENV)/.ready ## stop it; its data stay
	@$(BIN)/python -m servers.kafka.local stop

lock: ## pin the newest versions that fit pyproject.toml (needs uv)
	@uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--extra all pyproject.toml --output-file requirements.lock
	@uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--extra all --group dev pyproject.toml --output-file requirements-dev.lock
	@uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--extra door pyproject.toml --constraint requirements.lock --no-annotate --output-file requirements-small.lock
	@uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		pyproject.toml --constraint requirements.lock --no-annotate --output-file requirements-producer.lock
	@uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
		--group build --constraint requirements-dev.lock --no-annotate --output-file requirements-build.lock

clean: ## remove the environment, the demo and caches
	@rm -rf $(VENV) $(DEMO) site .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
