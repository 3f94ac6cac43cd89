# Each target sets up what it needs, once: tools/setup does nothing while the locks are unchanged.
.DEFAULT_GOAL := help
.PHONY: help setup compile built demo show gallery docs peers test fuzz fuzz-guided lint format geth kubo sscd gas slither prove audit mutate coverage clean

PYTHON ?= python3
FORGE_PROFILE ?= default
PYTEST_ARGS ?=
# A file stays on one worker; each starts chains of its own. In the order of tests/conftest.py.
WORKERS := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
SOLIDITY := 'contracts/**/*.sol' 'tests/forge/**/*.sol' 'tests/proofs/**/*.sol'

# In recipes the tools of the project come first, and Python keeps the bytecode it makes, whatever
# the environment says: the tests start hundreds of processes that read it.
TOOLS = PYTHONDONTWRITEBYTECODE= \
	PATH="$(CURDIR)/.venv/bin:$(CURDIR)/.toolchain/bin:$$PATH" \
	SOLCX_BINARY_PATH="$(CURDIR)/.toolchain/solcx"
NPX = node_modules/.bin/

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: ## install the locked Python and npm packages into the checkout
	@PYTHON="$(PYTHON)" tools/setup

compile: setup ## compile the contracts into gen_ip/artifacts/
	@echo "compile: contracts -> gen_ip/artifacts"
	@$(TOOLS) python tools/compile.py

built: setup ## what the tests would have to wait for: contracts and their tests, inner loops
	@echo "built: forge compiles ($(FORGE_PROFILE) profile), and numba"
	@$(TOOLS) sh -c 'FOUNDRY_PROFILE=$(FORGE_PROFILE) forge build --quiet & \
		python -m tests.support.loops; wait $$!'

demo: setup ## the whole story on a local chain; FILE=path/to.png takes your own picture
	@$(TOOLS) gen-ip demo $${FILE:+"$$FILE"}

show: setup ## the site with the demo's works, on a local chain, until Ctrl-C
	@$(TOOLS) gen-ip serve --demo

gallery: setup ## a small site that gives uploads certificates, on a local chain, until Ctrl-C
	@$(TOOLS) python -m examples.gallery

test: built ## artifacts, forge tests, Python tests
	@echo "test: artifacts match the sources"
	@$(TOOLS) python tools/compile.py --check
	@echo "test: forge ($(FORGE_PROFILE) profile)"
	@FOUNDRY_PROFILE=$(FORGE_PROFILE) $(TOOLS) forge test
	@echo "test: pytest"
	@$(TOOLS) python -m pytest $(WORKERS) $(PYTEST_ARGS)

fuzz: setup ## what strangers may hand over, at length (ten times `make test`; minutes)
	@echo "fuzz: tests/fuzz, the HTTP service, bad networks"
	@GENIP_PROFILE=long $(TOOLS) python -m pytest -q --timeout=0 tests/fuzz \
		tests/service/test_description.py tests/sdk/test_faults.py tests/sdk/test_async.py \
		$(PYTEST_ARGS)

fuzz-guided: setup ## parsers, guided by coverage, ten minutes (needs: pip install atheris)
	@$(TOOLS) python -m tests.fuzz.guided --seconds 600

lint: setup ## ruff, mypy, solhint, prettier
	@echo "lint: ruff"
	@$(TOOLS) ruff check --quiet . && $(TOOLS) ruff format --check --quiet .
	@echo "lint: mypy"
	@$(TOOLS) mypy --no-error-summary
	@echo "lint: solhint"
	@$(NPX)solhint --disc --max-warnings 0 $(SOLIDITY)
	@echo "lint: prettier"
	@$(NPX)prettier --check --log-level warn .

format: setup ## let ruff and prettier rewrite what they can
	@echo "format: ruff, prettier"
	@$(TOOLS) ruff check --quiet --fix-only . && $(TOOLS) ruff format --quiet .
	@$(NPX)prettier --write --log-level warn .

kubo: ## build a real Kubo daemon for the tests (needs Go)
	@tools/kubo/build

sscd: setup ## install the weights of the learned descriptor (24 MB)
	@$(TOOLS) python -m gen_ip.fingerprint.descriptor fetch

peers: setup ## install what the benchmarks compare with
	@VIRTUAL_ENV="$(CURDIR)/.venv" .venv/bin/uv pip install -q --require-hashes -r benchmarks/peers.lock

docs: setup ## the site of docs/, into .build/site
	@echo "docs: docs -> .build/site"
	@$(TOOLS) NO_MKDOCS_2_WARNING=1 python -m mkdocs build --quiet

geth: ## build a real geth for the tests (needs Go)
	@tools/geth/build

slither: setup ## static analysis of the contracts; slither.config.json says which
	@$(TOOLS) slither .

prove: setup ## prove the ledger and the rights algebra with Halmos
	@$(TOOLS) python -m tools.audit.run --only halmos

audit: setup ## everything of the contracts at length (an hour); SUMMARY=file writes it as JSON
	@$(TOOLS) python -m tools.audit.run $${SUMMARY:+--summary-json "$$SUMMARY"}

mutate: setup ## try wrong versions of the splitter and the marketplace against the tests
	@$(TOOLS) python tools/mutate/run.py

coverage: setup ## line and branch coverage of the contracts, every gap explained
	@$(TOOLS) python tools/coverage/run.py

gas: setup ## measure gas anew: the snapshots, docs/gas.md and its pictures
	@$(TOOLS) python -m benchmarks.gas --write-snapshot
	@$(TOOLS) python -m benchmarks.gas --write-breakdown >/dev/null
	@$(TOOLS) python -m benchmarks.growth --write-snapshot

clean: ## remove everything that can be made again
	@echo "clean: .venv node_modules .toolchain .build caches"
	@rm -rf .venv node_modules .toolchain .build dist *.egg-info contracts/.cache \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis
