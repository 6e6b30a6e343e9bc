# Two commands: `make app` and `make test`. Each is complete on a machine with Python 3.11+ and make.
PYTHON ?= python3
PORT ?= 8501
# A loss of your own, path/to/file.py:function: see README, "Your own loss".
LOSS ?=
# An encoder of your own, path/to/file.py:function: see README, "Your own encoder".
ENCODER ?=
# A folder whose checkpoints and images the app may open by path: see README, "The authors' own checkpoints".
ROOT ?=
# Behind a proxy (docs/hosting.md): host names and page addresses that may ask, commas between; path; address to listen on.
# Not ?=: a shell's own HOST must not open anything.
HOST =
ORIGIN =
BASE =
ADDRESS = 127.0.0.1
# For strangers: no LOSS, no ENCODER, no ROOT, nothing kept on disk, lower caps.
PUBLIC =
ON = $(filter-out 0 no off false,$(PUBLIC))
comma = ,
LIST = $(foreach each,$(subst $(comma), ,$(2)),--server.$(1) "$(each)")
HOSTED = $(if $(HOST),$(call LIST,allowedHosts,localhost 127.0.0.1 ::1 $(HOST))) \
	$(if $(ORIGIN),$(call LIST,corsAllowedOrigins,$(ORIGIN))) $(if $(BASE),--server.baseUrlPath "$(BASE)")
OPTIONS = $(if $(LOSS),--loss "$(LOSS)") $(if $(ENCODER),--encoder "$(ENCODER)") $(if $(ROOT),--root "$(ROOT)") $(if $(ON),--public)
IN = .venv/bin/python -m

.PHONY: app test check quick seconds lint fuzz bench bench-losses soak zoo claims clean install install-dev

app: install
	@$(PYTHON) bootstrap.py hosting "$(HOST)" "$(ORIGIN)" "$(BASE)"
	@$(PYTHON) bootstrap.py port "$(PORT)" "$(ADDRESS)"
	@exec $(IN) streamlit run app.py --server.address "$(ADDRESS)" --server.port $(PORT) $(HOSTED) $(if $(strip $(OPTIONS)),-- $(OPTIONS))

test: install-dev
	@$(IN) tests.browser.chromium
	$(IN) pytest -n 3 --dist loadfile --no-loadscope-reorder --durations=40

# Before a commit: lint, types and the quick tests, side by side. tests/quick.py says which tests these are.
check: install-dev
	@$(MAKE) --no-print-directory --output-sync=target -j 2 lint quick

quick: install-dev
	$(IN) pytest -q -p tests.quick -n 2 --dist loadfile

# Measures the tests again, for `make check` to choose by: run it where nothing else runs.
seconds: install-dev
	$(IN) pytest -q -p tests.seconds -n 3 --dist loadfile

lint: install-dev
	$(IN) ruff check
	$(IN) ruff format --check
	$(IN) mypy

# Ten thousand spoilt files; a finding prints how to make it again. CASES=... WORKERS=...
fuzz: install-dev
	$(IN) tests.fuzz --cases $(or $(CASES),10000) --workers $(or $(WORKERS),2)

bench: install-dev
	$(IN) benchmarks

bench-losses: install-dev
	$(IN) benchmarks.loss_speed

# Does memory creep while the app is used? One table, exit 1 where a limit is missed. MINUTES=...
soak: install-dev
	$(IN) benchmarks.soak --minutes $(or $(MINUTES),30)

zoo: install
	$(IN) checkpoints.zoo.remake

# The results of all claims that are shipped, in full: some ten minutes.
claims: install
	$(IN) claims.ship

install:
	@$(PYTHON) bootstrap.py install requirements.txt

install-dev:
	@$(PYTHON) bootstrap.py install requirements-dev.txt

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis
