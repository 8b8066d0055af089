# Two commands for a newcomer: `make demo` reviews the Kabul case, `make test` runs the tests.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test check fuzz lock clean bench-weigh calibration world campaigns formats screenshots

demo: $(VENV)/ready
	$(BIN)/blindspot review cases/kabul-2021-08-29

# Browser tests wait more than they compute: two workers to each of two cores.
WORKERS ?= 4
test: $(VENV)/dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(TESTS)

check: $(VENV)/dev
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# Side by side with the peers; DATA is a folder of networks with published answers (bif/, legal_bif/, expected/).
DATA ?= ../shared/data
bench-weigh: $(VENV)/bench
	PYTHONPATH=tests $(BIN)/python -W ignore bench/weigh.py $(DATA)/weigh

# Simulated cases with known truth, about ten minutes; writes docs/calibration.md.
calibration: $(VENV)/dev
	PYTHONPATH=tests:bench $(BIN)/python bench/calibration.py --out docs/calibration.md

# 500 whole incidents with known truth, reviewed end to end, about half an hour on two busy cores; writes its part of docs/calibration.md.
world: $(VENV)/dev
	PYTHONPATH=tests:bench $(BIN)/python bench/incidents.py --out docs/calibration.md

# The pictures in docs/ of the pages that `make demo` and `backtest` write; needs Debian's chromium and fonts-noto-core.
screenshots: $(VENV)/dev
	$(BIN)/blindspot review cases/kabul-2021-08-29
	$(BIN)/python tests/publish/screenshots.py cases/kabul-2021-08-29/out/report.html docs
	$(BIN)/blindspot backtest corpus -o corpus/out
	$(BIN)/python tests/publish/screenshots.py corpus/out/backtest.html docs

# docs/format.md, from the classes that read the files.
formats: $(VENV)/dev
	$(BIN)/python tests/shape/formats.py

# Nightly: a million mutated streams into the readers of transport and KLV (about an hour; FUZZ sets how many).
FUZZ ?= 1000000
fuzz: $(VENV)/dev
	cd tests && ../$(BIN)/python -m measure.footage.fuzz $(FUZZ)

# The long campaigns of custody: random damage, canaries, kill -9. The tests run each of them short.
campaigns: $(VENV)/dev
	cd tests && PYTHONPATH=.:.. ../$(BIN)/python case/custody/tampering.py 10000
	cd tests && PYTHONPATH=.:.. ../$(BIN)/python publish/release/canarying.py 10000
	cd tests && PYTHONPATH=.:.. ../$(BIN)/python case/editing/killing.py 500
	cd tests && PYTHONPATH=.:.. ../$(BIN)/python case/editing/beside.py 500
	cd tests && PYTHONPATH=.:.. ../$(BIN)/python case/custody/killing.py 500

$(VENV)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q uv
	touch $@

$(VENV)/ready: $(VENV)/uv requirements.lock pyproject.toml
	$(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python -r requirements.lock
	$(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python --no-deps -e .
	touch $@

$(VENV)/dev: $(VENV)/ready requirements-dev.lock
	$(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python -r requirements-dev.lock
	touch $@

# The pins win over a peer's wish (norfair wants an older rich, which it draws its progress with).
$(VENV)/bench: $(VENV)/ready pyproject.toml
	$(BIN)/uv pip install -q --python $(BIN)/python --override requirements.lock -e '.[bench]'
	touch $@

# New pins, all with hashes and without the name of a host.
lock: $(VENV)/uv
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .venv-new cases/*/out cases/*/made corpus/out corpus/*/out corpus/*/made
