# Every target needs only python3 (3.11 to 3.13), make and a package index.
PYTHON ?= python3
BIN := .venv/bin
ROWS ?= 24000
SEED ?= 1
MINUTES ?= 30
LINES ?= 1000000
FUZZ ?=
QWEN := build/qwen-shaped

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types bench bench-qwen soak fuzz qwen format schema model dataset retrain evaluate rollback reload daemon install uninstall logs clean

help:  ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.venv/ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	@# The commands that older ones write import more, and start later.
	$(BIN)/pip install --quiet --disable-pip-version-check pip==26.3
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/evaluate: .venv/ready requirements-evaluate.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-evaluate.txt
	@touch $@

.venv/dev: .venv/evaluate requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

demo: .venv/ready  ## Start a daemon in a temporary home, say a few things, stop it
	@$(BIN)/python tests/end_to_end/demo.py

test: .venv/dev  ## Run the tests, up to three files at a time
	@# By name, not by how many tests a file has: the longest have few, and would come last.
	$(BIN)/python -m pytest -q -n auto --maxprocesses 3 --dist loadfile --no-loadscope-reorder -m "not alone"
	$(BIN)/python -m pytest -q -m alone

check: lint types test  ## Lint, types, tests

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	$(BIN)/mypy

format: .venv/dev  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev build  ## Measure speed and memory beside others in the same run (MODEL=DIR)
	PYTHONPATH=. $(BIN)/python tests/bench/bench.py --json build/bench.json $(if $(MODEL),--model $(MODEL)) $(if $(PAGE),--page $(PAGE))

bench-qwen: .venv/dev $(QWEN)  ## Show where the time goes in a base of Qwen2.5-0.5B's shape (3 GB)
	PYTHONPATH=. $(BIN)/python tests/bench/breakdown.py --model $(QWEN) --json build/bench-qwen.json

$(QWEN): | .venv/dev build
	PYTHONPATH=. $(BIN)/python tests/bench/qwen_shaped.py $@

build:
	mkdir -p $@

soak: .venv/dev build  ## Load a daemon for half an hour, with effects, reloads, faults and kills (MINUTES=30)
	PYTHONPATH=. $(BIN)/python tests/bench/soak.py --minutes $(MINUTES) --json build/soak.json

fuzz: .venv/dev build  ## Send a daemon a million broken requests (LINES=1000000 FUZZ="--shortcuts --execute"); goes on where it was
	PYTHONPATH=. $(BIN)/python tests/end_to_end/long_fuzz.py --lines $(LINES) $(FUZZ) --json build/fuzz.json

qwen: .venv/dev  ## Measure a random model of Qwen2.5-0.5B's shape, from fetching to answers
	PYTHONPATH=. $(BIN)/python tests/bench/qwen.py

schema: .venv/ready  ## Write config/schema from the types
	$(BIN)/python -m training.schema

model: .venv/ready  ## Train the embedded base from nothing into build/ (an hour; needs PyTorch)
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/whispera-train pretrain

dataset: .venv/ready  ## Generate the training data
	$(BIN)/whispera-train generate --rows $(ROWS) --seed $(SEED)

retrain: .venv/ready  ## Train an adapter on the config, make it current, tell the daemon
	$(BIN)/whispera-train retrain --rows $(ROWS) --seed $(SEED)

evaluate: .venv/evaluate  ## Score the current adapter, and baselines beside it, into report.html
	$(BIN)/whispera-train evaluate

rollback: .venv/ready  ## Make the adapter before this one current again
	$(BIN)/whispera-train rollback

reload: .venv/ready  ## Tell the daemon to read config and adapter again
	$(BIN)/whispera reload

daemon: .venv/ready  ## Run the daemon in the foreground
	$(BIN)/whisperad

install: .venv/ready  ## Start the daemon at login (launchd or systemd)
	$(BIN)/whispera install

uninstall: .venv/ready  ## Undo install
	$(BIN)/whispera uninstall

logs: .venv/ready  ## Follow the daemon's log
	$(BIN)/whispera logs -f

clean:  ## Remove the virtual environment and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
