# `make demo` and `make test` do all set-up themselves: they need Python 3.11+ and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# How many processes run the tests: more than two cores, since many wait for other programs.
WORKERS ?= 3
PYTEST = $(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=loadfile --no-loadscope-reorder
COLLECTOR := .cache/otelcol-training
OCB := go.opentelemetry.io/collector/cmd/builder@v0.161.0

.PHONY: demo demo-loop check fast test tests test-floor bench faults lint format lock clean collector collector-sources fence dashboards screenshots
.DEFAULT_GOAL := help

help:
	@echo "make demo    run the demo: a feed app's traffic becomes a training file and a report, in demo-out"
	@echo "make demo-loop  the whole way by stand-ins: a cheaper model is judged, promoted, gets worse and goes back"
	@echo "make check   lint and the fast tests: two minutes, before each commit"
	@echo "make test    all checks and tests"
	@echo "make test-floor  the tests on the oldest supported versions"
	@echo "make bench   what it costs, beside a bare OpenTelemetry SDK; QUICK=1 to try, README=1 to publish"
	@echo "make faults  what is lost when everything fails that can; QUICK=1 for the sample that make test runs"
	@echo "make collector  build the OpenTelemetry Collector of collector/manifest.yaml as $(COLLECTOR)"
	@echo "make collector-sources  write its Go files anew after a change of the manifest"
	@echo "make fence   write the collector's allow-list anew after a change of its ATTRIBUTES.md"
	@echo "make dashboards  write Grafana's dashboards anew after a change of their panels or SQL"
	@echo "make screenshots  draw them by Grafana's own components, and the report: needs npm and Chromium"
	@echo "make lint    ruff, mypy, import-linter"
	@echo "make format  format the code"
	@echo "make lock    resolve requirements.lock anew"
	@echo "make clean   delete the environment and what demo and tests made"

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "otel_training needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(READY)

demo: $(READY)
	$(BIN)/otel-training demo --out demo-out
	@echo "How such a report looks: $(CURDIR)/dashboards/screenshots/report.png"

# Fails where a step does not end as planned: no release without it.
demo-loop: $(READY)
	$(BIN)/otel-training demo --loop --out demo-loop-out

# Beside each other: mypy keeps one core busy, the tests the other.
check: $(READY)
	@$(MAKE) --no-print-directory --jobs=2 lint fast

# These wait for nothing, and each process loads all tests. What they leave behind is deleted at once, and what
# earlier runs left, such as the stores of `make test`, not by them: that takes minutes of the disk.
fast: WORKERS = 2
fast: $(READY)
	$(PYTEST) -q -m "not slow" --hypothesis-profile=quick -o tmp_path_retention_policy=failed -o tmp_path_retention_count=99

test: $(READY) collector
	@$(MAKE) --no-print-directory --jobs=2 lint tests
	@$(MAKE) --no-print-directory faults QUICK=1

tests: $(READY) collector
	rm -f .coverage .coverage.*
	$(PYTEST) --cov --cov-report=term-missing

# The oldest versions that pyproject.toml allows, in an environment of their own.
test-floor:
	$(PYTHON) -m venv .cache/floor
	.cache/floor/bin/python -m pip install --quiet "uv>=0.9"
	.cache/floor/bin/uv pip install --quiet --python .cache/floor --resolution lowest-direct --editable '.[all]' --group dev
	.cache/floor/bin/python -m pytest -q

# By this machine's Go, else by PyPI's. Built again when the manifest or what is made of it changes; Go's own caches of
# modules and builds (in the home folder) make every time but a machine's first a matter of seconds.
collector: $(COLLECTOR)

$(COLLECTOR): collector/manifest.yaml collector/go.mod collector/go.sum $(wildcard collector/*.go) collector/go.txt
	@mkdir -p .cache
	@GOTOOLCHAIN=local go list -C collector -m >/dev/null 2>&1 || { $(PYTHON) -m venv .cache/go && \
		.cache/go/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r collector/go.txt; }
	PATH="$(CURDIR)/.cache/go/bin:$$PATH" CGO_ENABLED=0 go build -C collector -buildvcs=false -trimpath -tags grpcnotrace \
		-ldflags="-s -w" -o ../$(COLLECTOR) .

collector-sources:
	@mkdir -p .cache
	cd collector && go run $(OCB) --config manifest.yaml --skip-compilation
	rm -f collector/main_windows.go
	gofmt -w collector/*.go

fence: $(READY)
	$(BIN)/python collector/fence.py

dashboards: $(READY)
	$(BIN)/python dashboards/build.py

screenshots: $(READY)
	$(BIN)/python dashboards/screenshots/shoot.py

bench: $(READY)
	QUICK=$(QUICK) README=$(README) $(BIN)/python -m tests.bench

faults: $(READY) collector
	QUICK=$(QUICK) $(BIN)/python -m tests.faults

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The lock names versions and hashes alone, so that it holds for any index.
lock:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "uv>=0.9"
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-strip-extras --generate-hashes --no-header \
		--extra all --group dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) demo-out demo-loop-out bench-out build dist *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
