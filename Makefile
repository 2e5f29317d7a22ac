# Set-up is two commands: `make demo` and `make test`. Everything lands in .venv and demo-world.
PYTHON3 ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
CATALOGUES := $(wildcard esspass/*/translations/*/LC_MESSAGES/*.po issuer/translations/*/LC_MESSAGES/*.po \
                         wallet/translations/*/LC_MESSAGES/*.po verifier/translations/*/LC_MESSAGES/*.po)

.PHONY: demo serve test lint bench lock format clean tools

demo: $(VENV)/runtime $(VENV)/catalogues
	@$(BIN)/esspass demo run

serve: $(VENV)/runtime $(VENV)/catalogues
	@$(BIN)/esspass demo serve $(if $(TLS),--tls)

# First what needs no running world, in two processes; then what shares one, in one.
test: $(VENV)/dev $(VENV)/catalogues
ifdef TESTS
	@. scripts/test-tools && $(BIN)/pytest $(TESTS)
else
	@. scripts/test-tools && $(BIN)/pytest -n 2 tests/architecture tests/conformance tests/unit && \
	  $(BIN)/pytest tests/interop tests/end_to_end
endif

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev
	@$(BIN)/python -m bench

format: $(VENV)/dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Resolve anew what pyproject.toml asks for, with hashes.
lock: $(VENV)/dev
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	  --extra dev pyproject.toml -o requirements-dev.txt

tools:
	@ESSPASS_INSTALL_TOOLS=1 sh -c '. scripts/test-tools'

$(VENV)/python:
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "ESSPASS needs Python 3.11 or newer as $(PYTHON3); set PYTHON3=… to name another." >&2; exit 1; }
	@echo "Creating the environment in $(VENV) …"
	@$(PYTHON3) -m venv $(VENV)
	@touch $@

$(VENV)/runtime: $(VENV)/python requirements.txt pyproject.toml
	@echo "Installing what the apps need …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/dev: $(VENV)/runtime requirements-dev.txt
	@echo "Installing what tests and linters need …"
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/catalogues: $(VENV)/runtime $(CATALOGUES)
	@$(BIN)/python scripts/translations compile
	@touch $@

clean:
	rm -rf $(VENV) demo-world build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
