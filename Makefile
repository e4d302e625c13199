# Two commands matter: `make demo` and `make test`. Every target does the set-up it needs, and does it once.
#   make PYTHON=python3.12 test            another interpreter for the environments (after make clean)
#   make unit PYTEST_ARGS="tests/codec -x" some of the tests; E2E_ARGS="-x" for the browser tests
#   make demo DEMO_ARGS="--port 8600"      options of the demo

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

export PYTHON ?= python3
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

# Two browsers at once, a file each: most of a browser test is waiting.
E2E_ARGS ?= -n 2 --dist loadfile
ENGINES_ARGS ?= -n 2 --dist loadgroup

OLDEST_STREAMLIT := streamlit==1.51.*
# What these test never imports Streamlit (import-linter sees to it), so one run with the newest will do.
STREAMLITLESS := codec stores
BUNDLE := fluxlit_component/bridge/static/bridge-v2.js
SOURCES := $(shell find frontend/src -type f) frontend/vite.config.ts frontend/tsconfig.json
NODE_MODULES := node_modules/.package-lock.json
LOGS := .stamps/logs
PYTEST := bin/pytest
WITH_BROWSER = browser="$$(.ci/browser)" && FLUXLIT_CHROMIUM="$$browser"

.PHONY: help setup bundle demo test check lint types unit frontend e2e e2e-browsers unit-oldest e2e-oldest coverage bench build format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .stamps/tools $(NODE_MODULES) $(BUNDLE) ## environments, tools, the browser half

bundle: $(BUNDLE) ## the browser half, built into the package

demo: .stamps/package ## the demo app
	.venv/bin/python -m fluxlit_component.demo $(DEMO_ARGS)

test: check unit frontend e2e unit-oldest e2e-oldest ## everything, on two Streamlit releases
	@echo; for name in unit frontend e2e unit-oldest e2e-oldest; do printf '%-12s ' $$name; grep -aE 'passed|failed' $(LOGS)/$$name | tail -n 1; done

check: lint types ## lint and types

lint: .stamps/tools $(NODE_MODULES) ## ruff, import-linter, biome and tsc
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports --no-logo
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

e2e-oldest: .stamps/oldest .stamps/servers $(BUNDLE) | $(LOGS) ## Chromium, oldest supported Streamlit, tests marked core
	$(WITH_BROWSER) VENV=.venv-oldest .venv-oldest/$(PYTEST) e2e --ignore=e2e/engines -m core $(E2E_ARGS) | tee $(LOGS)/e2e-oldest

coverage: .stamps/tools .stamps/servers $(BUNDLE) ## which lines and branches the unit tests miss
	.venv/$(PYTEST) -m "not slow" --cov $(PYTEST_ARGS)

bench: .stamps/tools $(BUNDLE) ## floor, ours and ratio of what must stay fast
	$(WITH_BROWSER) .venv/bin/python -m e2e.bench

build: .stamps/tools $(BUNDLE) ## sdist and wheel, in dist/
	rm -rf dist
	.venv/bin/python -m build

format: .stamps/tools $(NODE_MODULES) ## ruff and biome, writing
	.venv/bin/ruff check --fix --exit-zero
	.venv/bin/ruff format
	npm run format

clean: ## back to a fresh checkout
	rm -rf .venv .venv-oldest .stamps node_modules frontend/node_modules fluxlit_component/bridge/static dist build
	rm -rf .bench .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache test-results

# What the targets stand on. The newest Streamlit lives in .venv, the oldest supported one in .venv-oldest.

.venv/pyvenv.cfg .venv-oldest/pyvenv.cfg:
	.ci/venv $(@D)

.stamps $(LOGS):
	@mkdir -p $@

.stamps/package: pyproject.toml .venv/pyvenv.cfg | .stamps $(BUNDLE)
	.venv/bin/pip install -qq -e .
	@touch $@

.stamps/tools: .stamps/package
	.venv/bin/pip install -qq -e . --group dev
	@touch $@

.stamps/oldest: pyproject.toml .venv-oldest/pyvenv.cfg | .stamps $(BUNDLE)
	.venv-oldest/bin/pip install -qq -e . --group test "$(OLDEST_STREAMLIT)"
	@touch $@

.stamps/servers: .ci/servers | .stamps
	.ci/servers
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
