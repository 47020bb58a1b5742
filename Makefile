# Everything runs in .venv, which is made here from the pinned and hashed requirements/.

# Pins name everything, so pip has nothing to resolve (--no-deps): it would look at what indexes hold beside them.

# Another Python: make test PYTHON=/path/to/python3.12
PYTHON ?= $(shell .ci/find-python)
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade

# What `make demo` shows; on a terminal in the terminal UI, else as text.
DEMO ?= oci:sample_images/glibc-fat
# What `make bench` reads. Its default is built first, which needs root, mmdebstrap, buildah and 25 GB of disk.
BENCH ?= oci:.bench/layout:benchmark
# How long each target is fuzzed, and which one alone: make fuzz SECONDS=600 TARGET=tar
SECONDS ?= 60
TARGET ?=
# Arguments for pytest: make test TESTS="tests/oci -k digest"
TESTS ?=

.PHONY: help demo test cover check format docs bench fuzz dist lock clean
.DEFAULT_GOAL := help

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## Open a sample image: the terminal UI on a terminal, else the text report.
	@$(BIN)/imgscope $(DEMO)

test: $(VENV)/.installed-dev ## Run all tests.
	$(BIN)/python -m pytest $(TESTS) --numprocesses auto --dist loadgroup

cover: $(VENV)/.installed-dev ## Run all tests and print what they cover, which takes half as long again.
	$(BIN)/python -m pytest $(TESTS) --cov --numprocesses auto --dist loadgroup

check: $(VENV)/.installed-dev ## Check formatting, lint rules, types, the direction of imports, generated docs, dependencies.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check
	$(BIN)/python .ci/audit_dependencies.py

format: $(VENV)/.installed-dev ## Format the code and apply the fixes that are safe.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.installed-dev ## Write the pages of docs/ that are made from the program.
	$(BIN)/python docs/generate.py

bench: $(VENV)/.installed-dev $(if $(findstring oci:.bench,$(BENCH)),.bench/layout) ## Measure how fast layers are read and keys answered.
	$(BIN)/python -m benchmarks.read_layers $(BENCH)
	$(BIN)/python -m benchmarks.keys .bench/many
	@test -x .bench/peers/bin/dive || { $(PYTHON) -m venv .bench/peers && \
	  .bench/peers/bin/pip install --quiet --require-hashes --no-deps -r requirements/peers.txt; } || true
	PATH="$(CURDIR)/.bench/peers/bin:$$PATH" $(BIN)/python -m benchmarks.peers $(BENCH)

.bench/layout: | $(VENV)/.installed-dev
	$(BIN)/python benchmarks/build_image.py .bench

fuzz: $(VENV)/.installed-fuzz ## Fuzz every parser for SECONDS each, or only TARGET.
	$(BIN)/python -m fuzz --seconds $(SECONDS) $(if $(TARGET),--target $(TARGET))

dist: $(VENV)/.installed ## Build the sdist and the wheel, the same bytes from the same sources.
	rm -rf dist
	$(BIN)/python -m hatchling build --directory dist

lock: $(VENV)/.installed-dev ## Pin the newest versions that pyproject.toml allows.
	$(LOCK) pyproject.toml --output-file requirements/runtime.txt >/dev/null
	$(LOCK) pyproject.toml --extra cyclonedx --constraint requirements/runtime.txt --output-file requirements/cyclonedx.txt >/dev/null
	$(LOCK) --group build --constraint requirements/runtime.txt --output-file requirements/build.txt >/dev/null
	$(LOCK) pyproject.toml --extra cyclonedx --extra serve --group dev --constraint requirements/cyclonedx.txt --constraint requirements/build.txt \
	  --output-file requirements/dev.txt >/dev/null
	$(LOCK) --group audit --constraint requirements/dev.txt --output-file requirements/audit.txt >/dev/null
	$(LOCK) --group fuzz --output-file requirements/fuzz.txt >/dev/null
	$(LOCK) --group peers --output-file requirements/peers.txt >/dev/null

clean: ## Remove the virtual environment and what tools leave behind.
	rm -rf $(VENV) .bench .fuzz dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache snapshot_report.html

# Anew with every change of the pins, so that nothing stays of what they no longer name.
$(VENV)/.python: requirements/runtime.txt requirements/build.txt requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "make: imgscope needs Python 3.11 or newer with its venv module; none was found." \
	  "Install it (Debian: apt-get install python3-venv) or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# The build backend is pinned and hashed like the rest, and so not fetched by pip on its own.
$(VENV)/.installed: $(VENV)/.python pyproject.toml
	$(PIP_INSTALL) --require-hashes --no-deps -r requirements/runtime.txt -r requirements/build.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(PIP_INSTALL) --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

# Only wheels: what atheris is built from is a compiler of its own. Where there is none, Hypothesis fuzzes.
$(VENV)/.installed-fuzz: $(VENV)/.installed-dev requirements/fuzz.txt
	$(PIP_INSTALL) --require-hashes --no-deps --only-binary :all: -r requirements/fuzz.txt
	@touch $@
