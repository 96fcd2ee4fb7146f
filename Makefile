# kneemon: `make run` shows it at work, `make test` examines it. Both do all the set-up themselves, in .venv.

PYTHON ?= python3
RECORDINGS ?= ../shared/recordings
SCORE ?= ../shared/tools/score.py
OUT ?= dist/bundle
PEERS ?= ../shared/reference/peers-on-recordings.json.gz

PIP = .venv/bin/python -m pip --disable-pip-version-check --quiet install --only-binary=:all: --constraint constraints.txt

.PHONY: run test test-home test-virtual-pi lint bench train picture manual wiring words reference clean \
    install upgrade uninstall bundle image release

run: .venv/run
	.venv/bin/kneemon demo

test: .venv/dev
	sh tests/parts.sh
	.venv/bin/python -m pytest --numprocesses 2

test-home: .venv/dev
	sh tests/parts.sh
	sh tests/home_assistant/parts.sh
	.venv/bin/python -m pytest -p no:xdist --override-ini python_files='home_*.py' tests/home_assistant

test-virtual-pi: .venv/dev
	sh tests/parts.sh
	sh tests/virtual_pi/parts.sh
	sh firmware/image/build kneemon
	sh firmware/image/build bare
	.venv/bin/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --override-ini python_files='pi_*.py' tests/virtual_pi

lint: .venv/dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: .venv/dev
	.venv/bin/python -m tests.bench --recordings $(RECORDINGS) --score $(SCORE) --peers $(PEERS) --write docs/benchmarks.md

train: .venv/dev
	.venv/bin/python -m tests.training --recordings $(RECORDINGS) --score $(SCORE) \
	    --write-table kneemon/gait/gate_table.py --write docs/training.md

picture: .venv/run
	.venv/bin/kneemon demo --picture docs/demo.svg
	.venv/bin/python -m kneemon.plot.step_engine docs

manual: .venv/dev
	sh tests/parts.sh
	.venv/bin/python -m tests.browser.manual docs

wiring: .venv/dev
	sh tests/parts.sh
	.venv/bin/wireviz --format s hardware/wiring-minimal.yml hardware/wiring-comfortable.yml

words: .venv/dev
	.venv/bin/python tests/language/renew_catalogue.py

reference: .venv/run
	.venv/bin/python -m kneemon.mqtt.reference docs
	.venv/bin/python -m kneemon.config.reference docs
	.venv/bin/python -m kneemon.export.reference docs
	.venv/bin/python -m kneemon.app.card docs
	.venv/bin/python -m kneemon.app.manuals docs
	.venv/bin/python -m kneemon.app.walker_page docs

# On a Raspberry Pi, as root; firmware/README.md tells what each does and how to undo it.
install upgrade uninstall:
	@sh firmware/install $(OPTIONS) $@

# For a Pi without a network: everything that is to be installed, in one folder.
bundle: .venv/run
	.venv/bin/python firmware/bundle $(OUT) $(if $(wildcard build/pi/wheels/*.whl),--extra-wheels build/pi/wheels)

# The flashable image; on Debian, as root.
image: .venv/run
	sh tests/virtual_pi/parts.sh
	sh firmware/image/build

release: .venv/dev
	.venv/bin/python firmware/release $(OPTIONS)

clean:
	rm -rf --one-file-system .venv build dist

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	    { echo "kneemon needs Python 3.11 to 3.13; name one with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || \
	    { rm -rf .venv; echo "Python's venv is missing; on Debian: sudo apt install python3-venv"; exit 1; }

.venv/run: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[demo,home,plot,web]'
	@touch $@

.venv/dev: .venv/run
	$(PIP) --editable '.[demo,home,plot,web,dev]'
	@touch $@
