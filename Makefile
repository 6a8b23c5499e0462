# Two commands are all a newcomer needs: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-slow check format clean

demo: $(VENV)/installed
	@$(BIN)/taonet demo -o demo
	@echo "  (first, in each new shell: . $(BIN)/activate)"

# `.venv/bin/coverage report` then lists the lines that no test has run
test: check
	$(BIN)/pytest -n 2 --dist loadfile --durations=5 --cov --cov-report=

test-slow: $(VENV)/installed
	CHECK_SHAPES=all $(BIN)/pytest -m slow --timeout=3600

check: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# torch first and pinned: later resolutions then find a CPU build and keep it
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -c constraints.txt torch
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) demo runs build .mypy_cache .ruff_cache .pytest_cache .coverage
