# Two commands are enough: `make run` and `make test`. Both prepare a fresh machine first (scripts/bootstrap).
.DEFAULT_GOAL := help
.PHONY: help run test soak check format bench clean

# A bare PATH may leave out where the system keeps its own programs (apt-get, unshare, a browser).
export PATH := $(PATH):/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
BIN := .venv/bin
# What a production start would see; the values themselves are never used.
PRODUCTION := PRODUCTION=true SECRET_KEY=only-to-check-settings-0123456789-abcdefghijklmnopqrstuvwxyz \
	ALLOWED_HOSTS=principal.example CSRF_TRUSTED_ORIGINS=https://principal.example

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: ## Start everything and print the address (PORT, DATA_DIR, DATABASE_URL and REDIS_URL are honoured)
	@scripts/bootstrap run
	@exec $(BIN)/python manage.py serve

test: ## Install what the tests need, run make check, then every test
	@scripts/bootstrap test
	@$(MAKE) --no-print-directory check
	@# Three workers on two cores: some tests wait for servers and browsers most of their time.
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

soak: ## The long seeded tests at full size, printing seeds and counts
	@scripts/bootstrap test
	PRINCIPAL_SOAK=full $(BIN)/pytest -n 0 -m soak -s --timeout 0

check: ## Linters, types, import contracts, migrations, production settings
	@scripts/bootstrap check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files -z -- '*.html' | xargs -0 -r $(BIN)/djade --check --target-version 5.2
	$(BIN)/lint-imports
	$(BIN)/mypy
	@# It warns that no database is there to compare with; the tests apply every migration.
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: ## Put Python and templates into the form that check asks for
	@scripts/bootstrap check
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files -z -- '*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2

bench: ## The benchmarks, as ratios to floors measured in the same run
	@scripts/bootstrap test
	$(BIN)/python bench/run.py

clean: ## Back to a fresh clone, data included (refused while a server runs)
	@scripts/clean
