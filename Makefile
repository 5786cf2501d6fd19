.PHONY: check lint types layers test slow golden

check: lint types layers test

lint:
	ruff check vibetrader tests

types:
	mypy

layers:
	lint-imports

test:
	pytest

slow:
	pytest -m "slow"

golden:
	python -m tests.golden.design.rewrite
