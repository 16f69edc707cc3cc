# What a day with Voltbay needs, in one word each. The work is done by the scripts in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run build dev test fmt lint unit e2e bench clean

# The tools that scripts/setup installs live in these two.
export CARGO_HOME ?= $(HOME)/.cargo
export PATH := $(CURDIR)/end2end/node_modules/.bin:$(CARGO_HOME)/bin:$(PATH)

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: build ## Install what is missing, build, load the demo and serve it
	@scripts/run

build: ## Build the release: target/release/voltbay and target/site
	@scripts/setup run
	@scripts/build

dev: ## Serve a development build that rebuilds and reloads on every change
	@scripts/setup run
	@rm -f target/release/.voltbay-built # its site replaces the release's
	@VOLTBAY_SIMULATE=$${VOLTBAY_SIMULATE:-20} cargo leptos watch

test: ## Run everything: formatting, lints, tests on both databases, a real browser
	@scripts/setup test
	@scripts/test

fmt: ## Format the code
	@cargo fmt

lint: ## Check formatting and lints only
	@scripts/setup run
	@scripts/test lint

unit: ## Run the unit, property and integration tests only
	@scripts/setup test
	@scripts/test unit

e2e: ## Run the end-to-end tests only
	@scripts/setup test
	@scripts/test e2e

bench: build ## Run the benchmarks
	@RUSTFLAGS="--cfg erase_components" cargo bench --features ssr # as cargo-leptos builds the release

clean: ## Remove what was built; installed tools and data/ stay
	@cargo clean
	@rm -rf end2end/test-results end2end/playwright-report
