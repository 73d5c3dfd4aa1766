# Duban 督办. `make` alone lists what there is.
#
# Everything is installed into .venv from the lock files, by hash; it is installed again only when a
# lock file or pyproject.toml changed. PYTHON picks the interpreter (3.11 or newer), JOBS the cores.

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --quiet \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test faults check lint format types contracts bench bench-quick screenshots \
	wheel wheelhouse lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.installed ## open the demo office (without a terminal: print its board)
	@$(BIN)/duban demo

test: .venv/.dev ## run all tests
	$(BIN)/python -m pytest -n $(JOBS) $(PYTEST_ARGS)

faults: .venv/.dev ## kill the desk and its work 500 times, print what was lost
	$(BIN)/python -m tests.faults --kills 500

check: lint types contracts test ## everything that CI asks for

lint: .venv/.dev ## style: ruff check, ruff format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: .venv/.dev ## put the code into the project's style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: .venv/.dev ## strict types: mypy
	$(BIN)/mypy

contracts: .venv/.dev ## who may import whom: import-linter
	$(BIN)/lint-imports

bench: .venv/.bench ## measure everything at 3,000,000 cases, write docs/PERFORMANCE.md
	$(BIN)/python -m bench

bench-quick: .venv/.bench ## the same at 100,000 cases; once its office is made, in under three minutes
	$(BIN)/python -m bench --quick

screenshots: .venv/.dev ## draw the real screens into docs/screens, which a test holds them against
	$(BIN)/python -m scripts.screenshots

wheel: .venv/.dev ## build our own wheel into dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

wheelhouse: .venv/.dev ## one zip per platform to install from without a network
	$(BIN)/python -m scripts.wheelhouse

lock: .venv/.dev ## resolve the lock files anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) --upgrade pyproject.toml -o requirements.lock
	$(LOCK) --upgrade pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) --upgrade pyproject.toml --extra bench -c requirements-dev.lock -o requirements-bench.lock
	echo hatchling | $(LOCK) - -c requirements-dev.lock -o requirements-build.lock

clean: ## remove all that make has made
	rm -rf .venv dist build wheelhouse .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What `duban` needs to run, and the backend that puts the project itself into the environment.
.venv/.installed: requirements.lock requirements-build.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "需要 Python 3.11 或更新版本；可用 make PYTHON=python3.12 … 指定" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "缺少 venv 模块，请先运行 sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock -r requirements-build.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

# The programs that `make bench` measures us against.
.venv/.bench: .venv/.dev requirements-bench.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-bench.lock
	@touch $@
