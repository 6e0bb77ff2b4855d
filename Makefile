# Everything a newcomer needs is `make demo` and `make test`; both build .venv first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: listing pages screenshots help install demo test faults abuse lock parity budget docs clean dictionaries bench bench-full fleet backlog check wheel wheel-try image systemd-drill compose-drill chart-drill upgrade-drill

help:           ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: $(READY)  ## create .venv with the locked, hash-checked dependencies

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "odevents needs Python 3.11 or newer; say which with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY)  ## everything at once with an invented clinic, until Ctrl-C
	@exec $(BIN)/odevents demo

test: $(READY)  ## linters, types, import arrows and all tests
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/pytest $(if $(REDIS_URL),,-n 2 --dist loadfile)

faults: $(READY)  ## the long proof that nothing is lost or doubled: some 40 minutes, with a printed report
	$(BIN)/python -m tests.faults
	$(BIN)/pytest -s tests/faults/long_bad_handlers.py tests/faults/long_outage.py

abuse: $(READY)  ## attacks in full: floods, forged jobs, 10,000 malformed bodies, flipped bits; some 10 minutes, with figures
	ABUSE=full $(BIN)/pytest -s --timeout 900 tests/abuse

lock:           ## resolve the dependencies again and write the lock files
	$(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --extra embedded pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --extra embedded --extra tracing --group dev pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --no-annotate --constraint requirements-dev.lock --group build -o requirements-build.lock

parity: $(READY)  ## compare the client with the documented methods, and print the count
	$(BIN)/python tests/contract/client/test_api_parity.py

budget: $(READY)  ## three processes share one key at one call a second for a minute
	$(BIN)/pytest tests/contract/client/budget_over_a_minute.py -q -s

listing: $(READY)  ## a million recorded deliveries: how long the slowest page takes
	$(BIN)/python -m tests.unit.store.listing_a_million

pages: $(READY)  ## a million recorded deliveries: how soon every page of the console answers
	$(BIN)/python -m tests.unit.console.pages_over_a_million

screenshots: $(READY)  ## take the README's pictures of the console again, from the running demo
	$(BIN)/python -m tests.browser.screenshots

docs: $(READY)  ## write the generated reference pages again
	$(BIN)/python -m odevents.client.catalog > docs/reference/api-methods.md
	$(BIN)/python -m odevents.cli.reference > docs/reference/command-line.md
	$(BIN)/python -m odevents.metrics.definitions > docs/reference/metrics.md
	$(BIN)/python -m odevents.doctor.findings > docs/reference/findings.md

check: $(READY)  ## locks, secrets, forbidden calls, bandit
	$(BIN)/python -m checks

wheel: $(READY)  ## build the wheel twice, compare the two, and write its bill of materials
	$(BIN)/python -m checks.wheel

wheel-try: $(READY)  ## install the wheel on every Python found (or PYTHONS=…) and run the demo until its first event
	$(BIN)/python -m checks.wheel_try $(PYTHONS)

image: $(READY)  ## as root: a Docker engine builds the Dockerfile; what is in the image, and how it runs; 3 minutes
	$(BIN)/python -m tests.deploy.drills.image

compose-drill: $(READY)  ## as root: the page on compose carried out to the letter on a Docker engine; 4 minutes
	$(BIN)/python -m tests.deploy.drills.compose

systemd-drill: $(READY) wheel  ## as root: the page on systemd carried out to the letter on a booted Debian; 3 minutes
	$(BIN)/python -m tests.deploy.drills.systemd

chart-drill: $(READY)  ## as root: the chart on a Kubernetes of one node, of the programs in KUBERNETES=FOLDER; 10 minutes
	$(BIN)/python -m tests.deploy.drills.chart

upgrade-drill: $(READY)  ## workers of an older commit (OLD=…, the last one but one) beside today's receiver, and the reverse
	$(BIN)/python -m tests.deploy.upgrade_drill $(or $(OLD),HEAD~1)

clean:          ## remove what make created
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

dictionaries: $(READY)  ## train the compression dictionaries of snapshots on invented rows
	$(BIN)/python -m bench.train_dictionaries

bench: $(READY)  ## how fast it is, beside floors and what one would build instead: some 6 minutes; installs the peers
	$(BIN)/python -m bench

fleet: $(READY)  ## 200 offices with full lanes, 1,000 with a working day's traffic, and from one office to 1,000
	$(BIN)/python -m bench --only fleet scaling

backlog: $(READY)  ## 100,000 rows of one office waiting, beside others
	$(BIN)/python -m bench --only backlog

bench-full: $(READY)  ## the long form of it, for publishing: under 40 minutes; writes docs/performance.md and the charts
	$(BIN)/python -m bench --full --write
