# Two commands matter: `make demo` and `make test`. Each does all set-up it needs; long steps say what they do.
SHELL := /bin/bash
PY := .venv/bin/python
export PYTHONDONTWRITEBYTECODE :=

MODEL_INPUTS := config.yml $(shell find nlu dialogues -name '*.py' -o -name '*.yml' -o -name '*.tsv' 2>/dev/null)

.PHONY: demo test fast coverage check mutants bench lock setup model clean help
help:  ## what there is
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

setup: .venv/ready  ## the virtual environment, from requirements.lock

.venv/ready: requirements.lock pyproject.toml
	@echo "==> Python environment (.venv), half a minute the first time"
	@command -v python3.11 >/dev/null || { echo "python3.11 is needed: https://www.python.org/downloads/"; exit 1; }
	@test -x .venv/bin/uv || { python3.11 -m venv .venv && .venv/bin/python -m pip install --quiet uv; }
	@.venv/bin/uv pip sync --python $(PY) --require-hashes requirements.lock
	@touch $@

# A seventh of what is installed is ever imported, so the demo has Python compile that as it goes. The tests have all
# compiled before: compiling warns of what is old in others' code, and a warning is an error to them.
.venv/compiled: .venv/ready
	@.venv/bin/uv pip sync --quiet --python $(PY) --require-hashes --compile-bytecode requirements.lock
	@touch $@

models/counter.tar.gz: .venv/ready $(MODEL_INPUTS)
	@echo "==> Training the model"
	@$(PY) -m bot train

model: models/counter.tar.gz  ## the trained model, when its inputs changed

demo: model  ## the whole system on this machine
	@$(PY) -m bot demo

test: .venv/compiled model  ## every test this machine can run
	@$(PY) -m pytest -n auto --dist loadscope --durations=40 --durations-min=5

fast: .venv/compiled  ## the quick half of the tests: embedded database, few examples of each property
	@EXAMPLES=fast $(PY) -m pytest -n auto --dist loadscope -m "not slow"

coverage: .venv/compiled  ## what the quick half of the tests runs of our code; measuring makes it twice as slow
	@EXAMPLES=fast $(PY) -m pytest -n auto --dist loadscope -m "not slow" --cov --cov-report=term:skip-covered

check: .venv/ready  ## format, lint, types, import contracts, module sizes
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache
	@$(PY) -m tests.guards.sizes
	@$(PY) -m bot wording --check

mutants: .venv/compiled  ## mistakes made on purpose: do the tests notice?
	@$(PY) -m tests.mutants

bench: model  ## the benchmarks, side by side with their peers
	@$(PY) -m bench

lock: .venv/ready  ## requirements.lock anew from pyproject.toml
	@.venv/bin/uv pip compile --python $(PY) --extra dev --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header -q pyproject.toml -o requirements.lock

clean:
	rm -rf .venv models data build
