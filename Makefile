# Every path here is relative: GNU make splits words at spaces, and a checkout may have one.
.DEFAULT_GOAL := help
.PHONY: help setup setup-tests test test-rest test-all test-python test-r test-r-beside test-device test-bare fuzz mnist mnist-python examples lint coverage sanitize docs bench clean test-quick matrix release hook mutants

python := .venv/bin/python
# The user's own R profile could name another Python; leave it out.
rscript := Rscript --no-environ --no-init-file

# The libraries of R that the machine has, for the set-up, which links what it names, and for
# `make test-r-beside`. A make within make keeps what the first one found.
ifndef PYBRIDGE_IS_IN_MAKE
export PYBRIDGE_IS_IN_MAKE := yes
export MACHINE_R_LIBS := $(R_LIBS)
export MACHINE_R_LIBS_USER := $(R_LIBS_USER)
export MACHINE_R_LIBS_SITE := $(R_LIBS_SITE)
endif
set_up := R_LIBS_USER="$$MACHINE_R_LIBS_USER" R_LIBS_SITE="$$MACHINE_R_LIBS_SITE" tools/setup

# R sees this checkout's library and its own, and reticulate this checkout's Python: a package that was
# installed by hand cannot hide that the set-up lacks it. R takes an empty variable for one that is not set.
export R_LIBS := $(CURDIR)/.venv/r-library
export R_LIBS_USER := /dev/null
export R_LIBS_SITE := /dev/null
export RETICULATE_PYTHON := $(CURDIR)/.venv/bin/python
# Ignore variables that name another R, another Python or another folder, and files that set such; rpy2
# reads no option.
unexport R_HOME PYTHONHOME PYTHONPATH PYTHONUSERBASE PYTHONSTARTUP CDPATH
export PYTHONNOUSERSITE := 1
export R_PROFILE_USER := /dev/null
export R_ENVIRON_USER := /dev/null
export R_ENVIRON := /dev/null
# Tests may skip a library that is missing; here none is.
export PYBRIDGE_TEST_BACKENDS := all
export RPY2_CFFI_MODE := ABI
export TF_CPP_MIN_LOG_LEVEL ?= 3
# Only one command is meant to see a GPU: the others give the same results with and without one.
ifeq ($(filter test-device,$(MAKECMDGOALS)),)
export CUDA_VISIBLE_DEVICES ?= -1
else ifndef DEVICE
$(error say which device: make test-device DEVICE=cuda, mps, cpu:1 or meta)
endif
# The same numbers in every run, and no notice at each start that they may differ.
export TF_ENABLE_ONEDNN_OPTS ?= 0
# The documentation stays with MkDocs 1; silence its notice about MkDocs 2.
export NO_MKDOCS_2_WARNING := 1

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: ## install what the first network needs: R, Python, .venv, the R package
	@$(set_up)

# What tests and checks need in addition: tools/needs.txt says it.
setup-tests:
	@$(set_up) tests

test: setup-tests ## run every check and all tests but slow ones, in Python and in R
	@$(python) tools/run_tests.py lint coverage python r

test-rest: setup-tests ## run the slow tests alone, which make test leaves out
	@$(python) tools/run_tests.py rest python r

test-all: export PYBRIDGE_TEST_RECORDS := ignore
test-all: setup-tests ## run every check and every test, whatever passed before
	@$(python) tools/run_tests.py all lint coverage python r

test-python: setup-tests ## run the Python tests
	@$(python) tools/run_tests.py python

test-r: setup-tests ## run the R tests, or some of their files: make test-r FILES="array view"
	@$(python) tools/run_tests.py $(FILES:%=--file=%) r

# They are in the library that R_LIBS names, with the reticulate that they want; not in make test.
test-r-beside: export R_LIBS := $(if $(MACHINE_R_LIBS),$(MACHINE_R_LIBS):)$(CURDIR)/.venv/r-library
test-r-beside: export R_LIBS_USER := $(MACHINE_R_LIBS_USER)
test-r-beside: export R_LIBS_SITE := $(MACHINE_R_LIBS_SITE)
test-r-beside: setup-tests ## run the R tests with the real keras3 and tensorflow, where R has them
	@if $(rscript) -e 'quit(status = !all(c("keras3", "tensorflow") %in% rownames(installed.packages())))'; \
	then PYBRIDGE_TEST_BESIDE=reticulate,tensorflow,keras3 $(python) tools/run_tests.py r; \
	else echo "skipped: R has no keras3 and tensorflow; see CONTRIBUTING.md"; fi

test-device: setup-tests ## run tensors of every library on a device: make test-device DEVICE=cuda
	@PYBRIDGE_TEST_DEVICE="$(DEVICE)" $(python) -m pytest tests/devices

test-bare: ## run the first network and every test on a Debian that has nothing else, made as root
	@tools/bare_root 'make mnist' 'make test'

fuzz: setup-tests ## run the searches: a million cases each, bounded, three hours at the most
	@$(python) -m pytest -n 2 -m hypothesis --hypothesis-profile=fuzz
	@$(python) tests/support/fuzz_dialects.py base
	@$(python) tests/support/fuzz_dialects.py tensor
	@$(python) tests/support/fuzz_text.py
	@$(python) tests/support/fuzz_sparse.py
	@$(python) tests/support/fuzz_labels.py
	@$(python) tests/support/fuzz_tables.py
	@$(python) tests/support/fuzz_hostile.py
	@$(rscript) tests/support/r_call_forms.R hostile 5000
	@$(rscript) tests/support/text_doors.R 30 apart
	@$(rscript) tests/support/conversion_fuzz.R 200000 1
	@$(python) tests/support/conversion_soak.py
	@$(rscript) tests/support/conversion_soak.R 1000000
	@$(python) tests/support/conversion_signals.py 500
	@$(python) tests/support/conversion_signals.py 500 r
	@$(python) tests/support/kill_examples.py

mnist: setup ## train the first network on the MNIST digits, in R
	@$(rscript) examples/mnist.R

mnist-python: setup ## train the same network in Python
	@$(python) examples/mnist.py

examples: ## run every example whole, in R and in Python: some minutes
	@$(set_up) examples
	@set -e; \
	run() { printf '\n==== %s\n' "$$*"; "$$@"; }; \
	for name in mnist tour derivatives from_scratch larger_than_memory; do \
		run $(rscript) examples/$$name.R; \
		run $(python) examples/$$name.py; \
	done; \
	for backend in jax torch; do \
		run env KERAS_BACKEND=$$backend $(python) examples/from_scratch.py; \
	done; \
	run $(rscript) examples/loops.R; \
	run $(python) examples/launch_workers.py 2 \
		$(python) examples/mnist_workers.py + $(rscript) examples/mnist_workers.R

test-quick: setup-tests ## run the core of both languages, in under a minute
	@$(python) tools/run_tests.py quick python r

matrix: setup-tests ## test each extra at its oldest and newest versions, in environments that are removed
	@$(python) -m nox -f tools/noxfile.py

release: setup-tests ## build and try all three packages: make release VERSION=1.2.3 URL=https://...
	@$(python) tools/release.py $(VERSION) $(URL)

lint: setup-tests ## check style, formatting and types, in Python and in R
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@$(python) -m mypy
	@PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(python) -m pyright -p pyproject.toml --pythonpath $(python)
	@$(python) tools/unchanged.py r tools examples benchmarks -- $(rscript) tools/lint.R
	@$(python) tools/unchanged.py r tools/roxygen.R -- $(rscript) tools/roxygen.R

hook: setup-tests ## have git check what changed before each commit, in seconds
	@$(python) -m pre_commit install

coverage: setup-tests ## check that every line and branch of the pure layers has a test
	@$(python) -m coverage run -m pytest -q --no-header --covered
	@$(python) -m coverage report

mutants: setup-tests ## change the code in 360 places, one at a time, and list what no test notices
	@$(python) tools/mutants.py $(OPTIONS)

sanitize: ## run the C code under sanitizers, valgrind and gctorture: ten minutes
	@$(set_up) tests sanitize
	@$(python) tools/sanitize.py

docs: setup-tests ## build the documentation site in output/site, running every line of it
	@$(python) -m mkdocs build --quiet
	@echo "open $(CURDIR)/output/site/index.html"

# What the benchmarks compare with where R has it, such as arrow, is in the libraries that R_LIBS names.
bench: export R_LIBS := $(CURDIR)/.venv/r-library$(if $(MACHINE_R_LIBS),:$(MACHINE_R_LIBS))
bench: ## time everything, compared with what a user would write instead; the tables are kept
	@$(set_up) tests bench
	@$(python) benchmarks/run.py $(PROGRAMS)

clean: ## remove .venv and everything else that was made here
	rm -rf .venv output .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
