# Two commands matter: `make demo` and `make test`. Every target does the set-up it needs, and does it once.
#   make PYTHON=python3.12 test            another interpreter for the environments (after make clean)
#   make unit PYTEST_ARGS="tests/codec -x" some of the tests; E2E_ARGS="-x" for the browser tests
#   make demo DEMO_ARGS="--port 8600"      options of the demo

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# What is installed is installed side by side, what is tested in turn: tests share the machine badly.
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif

export PYTHON ?= python3
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# Modules are compiled once, also where the environment says otherwise: tests start hundreds of processes.
export PYTHONDONTWRITEBYTECODE :=

# A file each, three at once on two cores: some of the time is waiting.
PYTEST_ARGS ?= -n 3 $(BY_FILE)
# Browser tests wait more, for quiet and for clocks; the files with most tests begin.
E2E_ARGS ?= -n 4 --dist loadgroup
# Which browser tests run on the oldest Streamlit, and which on the middle one and over components v1 on the newest.
# More: make e2e-oldest e2e-v1 middle OTHERS=transport FEW=transport; all: OTHERS="core or not core" and so on.
OTHERS ?= transport
FEW ?= few
BY_FILE := --dist loadfile --no-loadscope-reorder
LAW_ARGS ?= --seconds 3600
ENGINES_ARGS ?= -n 3 --dist loadgroup

# Over components v1: it has no others.
OLDEST_STREAMLIT := streamlit==1.40.*
# The first release that has components v2.
MIDDLE_STREAMLIT := streamlit==1.51.*
# What these test never imports Streamlit (import-linter sees to it), so one run with the newest will do.
STREAMLITLESS := codec stores
# Python/Streamlit; see .ci/matrix.py. MATRIX_E2E= leaves the browser out.
MATRIX ?= 3.10/lowest 3.10/1.40 3.10/1.51 3.10/1.58 3.10/newest newest/1.40 newest/1.51 newest/1.58 newest/newest
MATRIX_UNIT ?= tests -m "not slow"
MATRIX_E2E ?= $(foreach name,reload pages restart hidden_widgets visitors storage_refused,e2e/test_$(name).py)
# The last of the built files stands for all of them.
BUNDLE := fluxlit_component/bridge/static/bridge-v1/index.html
SOURCES := $(shell find frontend/src -type f) $(addprefix frontend/,index.html package.json vite.config.ts tsconfig.json)
NODE_MODULES := node_modules/.package-lock.json
LOGS := .stamps/logs
PYTEST := bin/pytest
# The schemas come with it: nothing is fetched.
CHECK_SCHEMA := .venv/bin/check-jsonschema --quiet --builtin-schema
WITH_BROWSER = headless="$$(.ci/browser headless)" && browser="$$(.ci/browser)" && \
	FLUXLIT_HEADLESS="$$headless" FLUXLIT_CHROMIUM="$$browser"

.PHONY: help setup bundle demo test installed check lint types docs docs-tables unit frontend e2e e2e-browsers unit-oldest e2e-oldest e2e-v1 middle matrix coverage law bench screenshots build format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .stamps/tools $(NODE_MODULES) $(BUNDLE) ## environments, tools, the browser half

bundle: $(BUNDLE) ## the browser half, built into the package

demo: .stamps/package ## the demo app
	.venv/bin/python -m fluxlit_component.demo $(DEMO_ARGS)

test: installed check docs unit frontend e2e e2e-browsers unit-oldest e2e-oldest e2e-v1 middle ## everything, on three Streamlit releases
	@echo; for name in unit frontend e2e e2e-browsers unit-oldest e2e-oldest e2e-v1 middle; do printf '%-12s ' $$name; grep -aE 'passed|failed' $(LOGS)/$$name | tail -n 1; done

installed: ## all that the tests need
	@$(MAKE) --no-print-directory -j 4 SIDE_BY_SIDE=1 .stamps/tools .stamps/oldest .stamps/middle .stamps/servers .stamps/browser .stamps/engines

check: lint types ## lint and types

lint: .stamps/tools $(NODE_MODULES) ## ruff, import-linter, schemas of .github, biome and tsc
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports --no-logo
	$(CHECK_SCHEMA) vendor.github-workflows .github/workflows/*.yml
	$(CHECK_SCHEMA) custom.github-workflows-require-timeout .github/workflows/test.yml
	$(CHECK_SCHEMA) vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/wish.yml
	$(CHECK_SCHEMA) vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	npm run lint

types: .stamps/tools ## mypy
	.venv/bin/mypy

unit: .stamps/tools .stamps/servers $(BUNDLE) | $(LOGS) ## pytest without a browser
	.venv/$(PYTEST) $(PYTEST_ARGS) | tee $(LOGS)/unit

frontend: $(NODE_MODULES) | $(LOGS) ## vitest
	npm test | tee $(LOGS)/frontend

e2e: .stamps/tools .stamps/servers $(BUNDLE) | $(LOGS) ## Chromium against the newest Streamlit
	$(WITH_BROWSER) .venv/$(PYTEST) e2e --ignore=e2e/engines $(E2E_ARGS) | tee $(LOGS)/e2e

e2e-browsers: .stamps/tools .stamps/engines $(BUNDLE) | $(LOGS) ## the core scenarios in Chromium, Firefox and WebKit
	$(WITH_BROWSER) .venv/$(PYTEST) e2e/engines $(ENGINES_ARGS) | tee $(LOGS)/e2e-browsers

unit-oldest: .stamps/oldest .stamps/servers $(BUNDLE) | $(LOGS) ## pytest, oldest supported Streamlit
	.venv-oldest/$(PYTEST) -m "not slow" $(addprefix --ignore=tests/,$(STREAMLITLESS)) $(PYTEST_ARGS) | tee $(LOGS)/unit-oldest

e2e-oldest: .stamps/oldest .stamps/servers $(BUNDLE) | $(LOGS) ## Chromium, oldest supported Streamlit (components v1), tests marked transport
	$(WITH_BROWSER) VENV=.venv-oldest .venv-oldest/$(PYTEST) e2e --ignore=e2e/engines -m "$(OTHERS)" $(E2E_ARGS) | tee $(LOGS)/e2e-oldest

e2e-v1: .stamps/tools .stamps/servers $(BUNDLE) | $(LOGS) ## Chromium, newest Streamlit over components v1 and the gate, tests marked few
	$(WITH_BROWSER) FLUXLIT_TRANSPORT=v1 FLUXLIT_CARRIER=component .venv/$(PYTEST) e2e --ignore=e2e/engines -m "$(FEW)" $(E2E_ARGS) | tee $(LOGS)/e2e-v1

middle: .stamps/middle .stamps/servers $(BUNDLE) | $(LOGS) ## the first Streamlit with components v2: its insides, and tests marked few
	.venv-middle/$(PYTEST) tests/apptest tests/bridge tests/internals tests/testing $(PYTEST_ARGS) | tee $(LOGS)/middle
	$(WITH_BROWSER) VENV=.venv-middle .venv-middle/$(PYTEST) e2e --ignore=e2e/engines -m "$(FEW)" $(E2E_ARGS) | tee -a $(LOGS)/middle

matrix: export MATRIX_UNIT := $(MATRIX_UNIT)
matrix: export MATRIX_E2E := $(MATRIX_E2E)
matrix: .stamps/tools .stamps/servers $(BUNDLE) | $(LOGS) ## every supported Python and Streamlit, and the lowest versions of all else
	$(WITH_BROWSER) .venv/bin/python .ci/matrix.py $(MATRIX) | tee $(LOGS)/matrix.txt

docs: .stamps/tools ## the documentation, into .stamps/site; a broken link is an error
	NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict --quiet -f .mkdocs.yml

docs-tables: .stamps/tools .stamps/servers $(BUNDLE) ## write the tables of the documentation from what proves them
	WRITE_DOCS=1 .venv/$(PYTEST) tests/docs/test_tables.py
	$(WITH_BROWSER) WRITE_DOCS=1 .venv/$(PYTEST) e2e/test_widget_kinds.py e2e/test_forbidden_kinds.py

coverage: .stamps/tools .stamps/servers $(BUNDLE) ## which lines and branches the unit tests miss
	.venv/$(PYTEST) -m "not slow" --cov $(PYTEST_ARGS)

law: .stamps/tools $(BUNDLE) ## an hour of random walks with the session and without
	.venv/bin/python -m tests.law $(LAW_ARGS)

bench: .stamps/bench $(BUNDLE) ## what must stay fast, measured and written to docs/benchmarks.md
	$(WITH_BROWSER) .venv/bin/python -m e2e.bench --page

screenshots: .stamps/tools $(BUNDLE) ## the pictures of docs/, recorded from the demo
	$(WITH_BROWSER) .venv/bin/python -m e2e.screenshots

build: .stamps/tools $(BUNDLE) ## sdist and wheel, in dist/
	rm -rf dist
	.venv/bin/python -m build

format: .stamps/tools $(NODE_MODULES) ## ruff and biome, writing
	.venv/bin/ruff check --fix --exit-zero
	.venv/bin/ruff format
	npm run format

clean: ## back to a fresh checkout
	rm -rf .venv .venv-oldest .venv-middle .venv-matrix .stamps node_modules frontend/node_modules fluxlit_component/bridge/static dist build
	rm -rf .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache test-results

# What the targets stand on. The newest Streamlit lives in .venv, the oldest supported one in .venv-oldest, the
# first with components v2 in .venv-middle.

.venv/pyvenv.cfg .venv-oldest/pyvenv.cfg .venv-middle/pyvenv.cfg:
	.ci/venv $(@D)

.stamps $(LOGS):
	@mkdir -p $@

.stamps/package: pyproject.toml .venv/pyvenv.cfg | .stamps $(BUNDLE)
	.venv/bin/pip install -qq -e .
	@touch $@

# What the tests never import need not be compiled.
.stamps/tools: pyproject.toml .venv/pyvenv.cfg | .stamps $(BUNDLE)
	.venv/bin/pip install -qq --no-compile -e . --group dev
	@touch .stamps/package $@

.stamps/bench: .stamps/tools
	.venv/bin/pip install -qq --group bench
	@touch $@

.stamps/oldest: pyproject.toml .venv-oldest/pyvenv.cfg | .stamps $(BUNDLE)
	.venv-oldest/bin/pip install -qq --no-compile -e . --group test "$(OLDEST_STREAMLIT)"
	@touch $@

.stamps/middle: pyproject.toml .venv-middle/pyvenv.cfg | .stamps $(BUNDLE)
	.venv-middle/bin/pip install -qq --no-compile -e . --group test "$(MIDDLE_STREAMLIT)"
	@touch $@

.stamps/servers: .ci/servers | .stamps
	.ci/servers
	@touch $@

.stamps/browser: .ci/browser | .stamps
	.ci/browser system >/dev/null
	@touch $@

.stamps/engines: .ci/engines | .stamps
	.ci/engines
	@touch $@

$(NODE_MODULES): package.json package-lock.json frontend/package.json
	.ci/node
	npm ci --loglevel=error --no-audit --no-fund
	@touch $@

$(BUNDLE): $(SOURCES) $(NODE_MODULES)
	npm run build
	@test -s $@ && touch $@
