# `make demo` installs the package, forecasts every prefecture of China to 2100 and answers for one town.
# `make test` installs what development needs and runs every check that needs nothing but Python and a package index.
# `make docs` builds the documentation site into site/, warnings being errors.
# `make evidence` back-tests every country whose raw files are in RAW (docs/data.md) and writes what the docs quote.
# `make bench` measures what docs/benchmarks.md quotes and writes its tables; it takes long, and installs peers beside it.
# They work in .venv, made on the first call. Another Python: make demo PYTHON=python3.13

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := demo-run
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

RAW := ../shared/data
TOWNS := $(RAW)/world/geonames_cities1000.csv.gz

.PHONY: demo test docs evidence bench clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.core
	$(BIN)/hinterland run cn --out $(OUT)
	$(BIN)/hinterland place 焦作 --run $(OUT)
	@echo "The report of the whole run: $(OUT)/report.html"
	@echo "Open it in a browser, with a live model: $(BIN)/hinterland serve $(OUT)"

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist loadfile -m "not browser and not shared and not slow" --quiet

docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "The site: site/index.html"

evidence: $(VENV)/.sources
	$(BIN)/python tools/evidence.py --from $(RAW)

bench: $(VENV)/.bench
	$(BIN)/python tools/bench.py $(if $(wildcard $(TOWNS)),--places $(TOWNS))

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "hinterland needs Python 3.11 or newer; '$(PYTHON)' is older or missing. Try: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV) || \
		{ echo "No virtual environment could be made; on Debian install python3-venv."; exit 1; }
	@touch $@

$(VENV)/.core: $(VENV)/.python pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

$(VENV)/.docs: $(VENV)/.core
	$(PIP) install --constraint constraints.txt --editable '.[docs]'
	@touch $@

$(VENV)/.sources: $(VENV)/.core
	$(PIP) install --constraint constraints.txt --editable '.[sources]'
	@touch $@

$(VENV)/.bench: $(VENV)/.core
	$(PIP) install --constraint constraints.txt --editable '.[scale,calibrate]'
	@touch $@

clean:
	rm -rf $(VENV) $(OUT) site
