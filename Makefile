# Everything people and CI do. A fresh machine needs Python 3.11 or newer and cargo, nothing else:
# each target first brings .venv up to date with the lock file, the harness and the engine.
.DEFAULT_GOAL := help
.PHONY: help run test check golden coverage bench bench-check bench-baseline soak fmt setup lock clean test-rust test-python lint-rust lint-python
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2
# What `make coverage` runs; a folder of tests, or all of them.
COVERED ?= tests
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python
# The tools of a developer's own environment must not decide what is tested.
unexport PYTHONPATH VIRTUAL_ENV

ENGINE_SOURCES := Cargo.toml Cargo.lock engine/pyproject.toml $(shell find engine/crates \
	engine/python -type f \( -name '*.rs' -o -name '*.toml' -o -name '*.json' -o -name '*.py' \
	-o -name '*.pyi' -o -name py.typed \) -not -path '*/crates/bench/*' 2>/dev/null)
# The list of files, so that a deleted one counts as a change too.
ENGINE_LIST := $(VENV)/.engine-files

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)$$/  \1\t\2/p' Makefile | expand -t 16

run: setup ## play the medium scenario for 100 turns, then prove it by replay
	mkdir -p build
	vr-verify record medium --engine rust --turns 100 -o build/medium.log
	vr-verify replay build/medium.log

test: lint-rust test-rust lint-python test-python ## all lints and all quick tests of both languages

check: test ## everything: also the tests marked slow, more random cases, a short run of the fuzzer
	python -m pytest -m "slow and not prints" -n $(JOBS)
	python -m pytest -m prints -rP
	PROPTEST_CASES=10000 cargo test --locked --quiet -p shared -p sim-cortex -p decision hostile
	cargo test --locked --quiet --workspace -- --ignored
	python -m tests.fuzz all

golden: setup ## the golden answers against both engines; `make test` holds them too
	vr-verify golden check
	python -m pytest tests/golden

# Each part is printed by itself: the harness, the reference, then Rust. Workers are measured too, but
# for those that are killed. All is slower then, so a test that waits may fail here and not there.
coverage: setup ## how much the quick tests execute: harness, reference and, with its tool, Rust
	rm -rf build/coverage
	mkdir -p build/coverage
	coverage run -m pytest -q -n $(JOBS) $(COVERED) \
		|| echo 'A test failed while it was measured: make test is what decides.'
	coverage combine --quiet
	@printf '\nHarness\n'
	coverage report --include='*/vr_verify/*'
	@printf '\nReference\n'
	coverage report --include='*/void_reckoning_reference/*'
	@printf '\nRust\n'
	@if cargo llvm-cov --version >/dev/null 2>&1; then \
		cargo llvm-cov --locked --workspace --summary-only; \
	else \
		echo 'Not measured: cargo-llvm-cov is not here. To get it:'; \
		echo '  rustup component add llvm-tools && cargo install --locked cargo-llvm-cov'; \
	fi

bench: setup ## measure, and write build/bench.json and the page BENCH.md
	python -m tests.bench run

bench-check: setup ## measure again; fails where a ratio is 10 % worse than the baseline
	python -m tests.bench check

bench-baseline: setup ## measure, and make that the committed baseline and page
	python -m tests.bench baseline

TURNS ?= 100000
soak: setup ## record and replay for TURNS turns, in pieces; goes on where it was stopped
	python -m tests.soak --turns $(TURNS)

fmt: setup ## format both languages
	cargo fmt --all
	ruff check --fix-only --quiet .
	ruff format .

setup: $(VENV)/.harness $(VENV)/.engine ## .venv with the locked tools, the harness and the engine

lint-rust: setup
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

test-rust: setup
	if cargo nextest --version >/dev/null 2>&1; then \
		cargo nextest run --locked --workspace; \
	else \
		cargo test --locked --workspace --quiet; \
	fi

lint-python: setup
	ruff check .
	ruff format --check .
	mypy
	lint-imports

test-python: setup
	python -m pytest -n $(JOBS)

# The lock is for every platform and Python that the project supports, with hashes.
lock: $(VENV)/.tools ## rewrite requirements.lock from pyproject.toml
	$(PYTHON) -m venv build/uv
	build/uv/bin/pip install --quiet uv
	build/uv/bin/uv pip compile pyproject.toml --extra test --extra lint --extra fuzz --group build \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-sources --upgrade --output-file requirements.lock

clean: ## forget every build and environment
	rm -rf $(VENV) build target .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(VENV)/.tools: requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

# Editable: an edit of the harness is live at once.
$(VENV)/.harness: $(VENV)/.tools pyproject.toml README.md
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# Not editable: a build of the engine is a frozen thing with an identity of its own.
$(VENV)/.engine: $(VENV)/.tools $(ENGINE_SOURCES) $(ENGINE_LIST)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--force-reinstall ./engine
	touch $@

$(ENGINE_LIST): $(VENV)/.tools FORCE
	@printf '%s\n' $(sort $(ENGINE_SOURCES)) | cmp -s - $@ \
		|| printf '%s\n' $(sort $(ENGINE_SOURCES)) > $@

.PHONY: FORCE
FORCE:
