# Commands of the report. `make` alone lists them. Needs Python 3.11 to 3.14 and make, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
CHAPTERS = $(shell find book -name '*.ipynb' -not -path '*/_build/*' -not -path '*/.ipynb_checkpoints/*' | sort)
HTML := book/_build/html
SITE = $(shell grep -l 'mark\.site' tests/test_*.py)
PORT ?= 8000
# What a user has set does not reach what is done here: where packages go, what is found before them.
unexport PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON PIP_DRY_RUN PIP_CONSTRAINT PIP_REQUIREMENT PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONDONTWRITEBYTECODE
export PYTHONNOUSERSITE := 1
export PYTHONUTF8 := 1
# Work is shared by processes: threads of linear algebra would change last digits, and make nothing faster here.
export OPENBLAS_NUM_THREADS ?= 1
PIP := -m pip --disable-pip-version-check --no-input install --no-user --target=
# A home that cannot be written is stood in for by a folder of ours.
ifeq ($(shell d=$$(mktemp -d "$${HOME:-/nowhere}/.make.XXXXXX" 2>/dev/null) && rmdir "$$d" && echo yes),)
export HOME := $(CURDIR)/$(VENV)/home
endif
.DEFAULT_GOAL := help
.PHONY: help book test checked units unchanged portable browser pdf edition lab serve outputs simulate lint coverage dead audit lock bench clean

help:  ## list these commands
	@awk -F '## ' '/^[a-z]+:.*## / { sub(/:.*/, "", $$1); printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# An environment serves the folder that it was made for alone: in a copy of the report it is made anew.
ifneq ($(shell test "$$(cat $(VENV)/lib/python*/site-packages/analysis.pth 2>/dev/null)" -ef . && echo here),here)
$(shell rm -f $(READY))
endif

$(READY): requirements.lock pyproject.toml
	@"$(PYTHON)" -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 14) else f"Python {v[0]}.{v[1]} found. Needed: 3.11 to 3.14. Try: make PYTHON=python3.12 book")'
	@echo "Making $(VENV) and installing the versions of requirements.lock (a minute or two) ..."
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(BIN)/python $(PIP) --progress-bar off --require-hashes -r requirements.lock
	@$(BIN)/python $(PIP) -q --no-deps --no-build-isolation -e .
	@touch $(READY)

check-environment: $(READY)
	@$(BIN)/python -m analysis.site.installed

book: check-environment  ## build the site into book/_build/html
	$(BIN)/python -m analysis.site.build build -n -W --keep-going -q book
	@echo "Built: $(HTML)/index.html"

test: check-environment  ## pass the tests: units, chapters' numbers, built pages
	$(BIN)/python -m analysis check
	$(MAKE) -j 2 checked units
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -p tests.kept_runs --nbval --nbval-cell-timeout 900 -p no:cacheprovider $(CHAPTERS)
	$(MAKE) book
	$(BIN)/pytest -q -n 2 --dist worksteal -p no:nbval -m site $(SITE)

checked: $(READY)  ## style, types and workflows, without changing anything
	$(BIN)/ruff check . && $(BIN)/ruff format --check -q .
	$(BIN)/mypy
	$(BIN)/zizmor --offline -q .github

unchanged: $(READY)  ## show that a redesign since the commit BASE changes nothing for a reader
	$(BIN)/python -m tests.unchanged $(BASE) $(WITH)

portable: $(READY)  ## compute all numbers as other processors would (hours; WITH="--parts numbers" for less)
	$(BIN)/python -m tests.portable $(WITH)

units: $(READY)  ## pass the unit tests alone
	$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder -p no:nbval -m "not site" --ignore tests/browser

browser: book  ## open every built page in Chromium (installed by you; see .ci/run)
	$(BIN)/pytest -q -n 2 --dist worksteal -m browser tests/browser --ignore tests/browser/test_lighthouse.py
	$(BIN)/pytest -q -m browser tests/browser/test_lighthouse.py

edition: $(READY)  ## make the next edition: checks, headline numbers, what moved and why; all or nothing
	$(BIN)/python -m analysis.edition make
	$(BIN)/python -m analysis outputs book/index.ipynb book/briefing.ipynb book/about/editions.ipynb book/about/quality.ipynb

pdf: book  ## print the whole book into dist/report.pdf and offer it on the site (needs Chromium)
	$(BIN)/python -m analysis.site.pdf
	$(BIN)/python -m analysis.site.build build -n -W --keep-going -q book

lab: check-environment  ## open the chapters in JupyterLab, with live widgets
	$(BIN)/python -m analysis.site.lab

serve: book  ## build the site and show it on this machine; PORT=8001 chooses another port
	@$(BIN)/python -m analysis serve $(HTML) --port $(PORT)

outputs: check-environment  ## run all chapters again and store their numbers
	$(BIN)/python -m analysis outputs $(CHAPTERS)

simulate: $(READY)  ## draw panels with known effects anew where data changed and store what is found; with ALL=--all everything
	$(BIN)/python -m analysis simulate $(ALL)

lint: $(READY)  ## style and types, put right where a tool can
	$(BIN)/ruff check --fix . && $(BIN)/ruff format . && $(BIN)/mypy

coverage: $(READY)  ## run the unit tests and print what share of each room they reach; no room under its floor
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -p no:nbval -m "not site" --ignore tests/browser
	$(BIN)/coverage combine -q
	$(BIN)/python -m tests.coverage_by_room

dead: $(READY)  ## list names that no chapter, command or page reaches (tests do not count)
	$(BIN)/python -m tests.dead

audit: $(READY)  ## ask the advisory service about the versions of requirements.lock; says when it did not answer
	$(BIN)/python -m tests.audit

lock: $(READY)  ## resolve pyproject.toml again into requirements.lock and environment.yml; UPGRADE=--upgrade takes newer versions
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --fork-strategy fewest --generate-hashes --no-header --extra dev $(UPGRADE) pyproject.toml -o requirements.lock
	$(BIN)/python -m analysis environment

bench: $(READY)  ## measure speed and memory as ratios in one run
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench_costs
	$(BIN)/python -m tests.bench_site
	$(BIN)/python -m tests.bench_cluster
	$(BIN)/python -m tests.bench_before

clean:  ## remove what was built (the environment too)
	rm -rf book/_build $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
