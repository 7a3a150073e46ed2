# An author's tasks. start.py does the work, and makes .venv when it is missing.
PYTHON ?= python3

.PHONY: lab test fast lint notebooks translations bench bench-grading doctor kit

lab test lint notebooks translations bench bench-grading doctor kit:
	$(PYTHON) start.py $@

fast:
	$(PYTHON) start.py test --fast
