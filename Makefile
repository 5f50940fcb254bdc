# Two commands do all of their own set-up on a machine with Python 3.11+, Node 20+ and pip: make demo, make test.

PYTHON ?= python3
LAB_FLAGS ?=

VENV := .venv
BIN := $(VENV)/bin
DEMO := .demo
STORIES := $(patsubst notebooks/%,$(DEMO)/%,$(wildcard notebooks/*.ipynb))
# The demo leaves nothing outside its folder.
IN_DEMO := IMGCLUST_CACHE='$(CURDIR)/$(DEMO)/cache' IMGCLUST_DATA='$(CURDIR)/$(DEMO)/data'
# What each step leaves when it is complete, so that a second run does not repeat it.
ENVIRONMENT := $(VENV)/.complete
MODULES := js/node_modules/.package-lock.json
BUNDLE := imgclust_jupyter/static/widget.js
MKDOCS := $(VENV)/.docs-complete
SMOKE := .smoke
# What nbconvert's pages load from the network.
PAGES := tests/browser/node_modules/.package-lock.json
# Playwright brings a Node that needs a library (libatomic) which bare machines lack; the one that is here does as well.
export PLAYWRIGHT_NODEJS_PATH ?= $(shell command -v node 2>/dev/null)

.PHONY: help demo lab test lint js unit browser bench docs notebooks build dist smoke clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

demo: $(ENVIRONMENT) $(DEMO)/quickstart.ipynb  ## sample images, the quickstart notebook run on them, and a picture
	$(IN_DEMO) $(BIN)/jupyter execute --timeout=900 --output=quickstart-executed $(DEMO)/quickstart.ipynb
	@echo
	@echo "The sample images:        $(CURDIR)/$(DEMO)/photos"
	@echo "The notebook, executed:   $(CURDIR)/$(DEMO)/quickstart-executed.ipynb"
	@echo "A picture of the result:  $(CURDIR)/$(DEMO)/explorer.png"
	@echo
	@echo "To explore them yourself: make lab"

lab: $(ENVIRONMENT) $(STORIES)  ## the same notebook and all others, live, in JupyterLab (as root: make lab LAB_FLAGS=--allow-root)
	$(IN_DEMO) $(BIN)/jupyter lab $(LAB_FLAGS) $(DEMO)/quickstart.ipynb

# Two at a time: a browser is waited for more than it computes. What fails is tried once more, so that one breath of a
# busy machine does not cost a whole run; the summary names it (RERUN), and it is a fault to be mended all the same.
AGAIN := --reruns 1 --reruns-delay 2
test: $(ENVIRONMENT) $(PAGES)  ## everything: linters, types, TypeScript and Python tests, notebooks, a real JupyterLab
	$(MAKE) --jobs=2 --output-sync=target lint js unit browser

lint: $(ENVIRONMENT)  ## style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	npm --prefix js run lint
	npm --prefix js run typecheck

js: $(MODULES)  ## the TypeScript tests
	npm --prefix js test

unit: $(ENVIRONMENT)  ## the Python tests without a browser, and the notebooks
	$(BIN)/pytest $(AGAIN) tests/unit tests/property tests/notebooks imgclust_jupyter

browser: $(ENVIRONMENT) $(PAGES)  ## the tests in a real JupyterLab and other hosts
	$(BIN)/python tests/browser/browsers.py
	$(BIN)/pytest $(AGAIN) tests/browser --screenshot=only-on-failure

bench: $(ENVIRONMENT)  ## how long a person waits for the first pictures and for everything
	$(BIN)/python tests/browser/browsers.py
	$(BIN)/python benchmarks/first_view.py 20 400

docs: $(MKDOCS)  ## the documentation, into site/; a warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

notebooks: $(ENVIRONMENT)  ## runs the notebooks anew and saves them with what they show
	$(BIN)/python tests/notebooks/running.py

build: $(BUNDLE)  ## the front end, into the package

dist: $(ENVIRONMENT)  ## the wheel and the source archive, in dist/
	rm -rf dist
	$(BIN)/python -m build

# A Node that fails stands before any that works.
smoke: WITHOUT_NODE := PATH='$(CURDIR)/$(SMOKE)/without-node':"$$PATH"
smoke: dist  ## the wheel, then the source archive, installed in an environment of their own without Node, and tried
	rm -rf $(SMOKE)
	mkdir -p $(SMOKE)/without-node
	printf '#!/bin/sh\nexit 1\n' | tee $(SMOKE)/without-node/node > $(SMOKE)/without-node/npm
	chmod +x $(SMOKE)/without-node/*
	$(PYTHON) -m venv $(SMOKE)/venv
	$(WITHOUT_NODE) $(SMOKE)/venv/bin/pip install "$$(ls dist/*.whl)[samples]" --constraint constraints.txt
	cd $(SMOKE) && venv/bin/python ../tests/release/smoke.py
	$(WITHOUT_NODE) $(SMOKE)/venv/bin/pip install --force-reinstall --no-deps dist/*.tar.gz
	cd $(SMOKE) && venv/bin/python ../tests/release/smoke.py

clean:  ## back to a fresh clone
	rm -rf $(VENV) $(DEMO) $(SMOKE) js/node_modules tests/browser/node_modules imgclust_jupyter/static dist site test-results
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

$(ENVIRONMENT): pyproject.toml constraints.txt | $(BUNDLE)
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make ... PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	SKIP_JUPYTER_BUILDER=1 $(BIN)/python -m pip install --editable '.[test]' --constraint constraints.txt
	@touch $@

$(MKDOCS): $(ENVIRONMENT)
	SKIP_JUPYTER_BUILDER=1 $(BIN)/python -m pip install --editable '.[docs]' --constraint constraints.txt
	@touch $@

$(DEMO)/%.ipynb: notebooks/%.ipynb
	@mkdir -p $(DEMO)
	cp $< $@

$(MODULES): js/package.json js/package-lock.json
	@node -e 'parseInt(process.versions.node) >= 20 || process.exit(1)' || { echo "Node 20 or newer is needed."; exit 1; }
	npm --prefix js ci --no-audit --no-fund

$(PAGES): tests/browser/package.json tests/browser/package-lock.json
	npm --prefix tests/browser ci --ignore-scripts --no-audit --no-fund

$(BUNDLE): $(MODULES) js/esbuild.mjs $(shell find js/src -type f)
	npm --prefix js run build
