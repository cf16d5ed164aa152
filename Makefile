# Plik. `make help` lists what there is.

GO      ?= go
BIN     := bin
VERSION ?= $(shell git describe --tags --match '[0-9]*' 2>/dev/null || echo 0.0.0)
INFO    := github.com/root-gg/plik/server/buildinfo
LDFLAGS := -s -w -X $(INFO).version=$(VERSION) -X $(INFO).revision=$(shell git rev-parse HEAD 2>/dev/null)
# Google's storage library without gRPC, which nothing here speaks: 13 MB less of program.
TAGS    := disable_grpc_modules
TOOL    := $(GO) tool -modfile=tools.mod
FUZZTIME ?= 5000x

# The race detector needs a C compiler; nothing else does.
export CGO_ENABLED = 0

.DEFAULT_GOAL := help

##@ Use

.PHONY: run
run: build ## Build and serve on http://127.0.0.1:8080, with an embedded database and local files
	PLIKD_CLIENTS_DIRECTORY=$${PLIKD_CLIENTS_DIRECTORY:-clients} ./$(BIN)/plikd

.PHONY: build
build: webapp ## Build server and client into bin/
	$(GO) build -trimpath -tags '$(TAGS)' -ldflags '$(LDFLAGS)' -o $(BIN)/plikd ./cmd/plikd
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/plik ./cmd/plik

# The web app is compiled into the server. Without Node there is a plain page instead.
WEBAPP := webapp/dist/index.html
.PHONY: webapp
ifneq (,$(shell command -v npm))
webapp: $(WEBAPP) ## Build the web app into webapp/dist
else
webapp:
	@test -e $(WEBAPP) || echo "npm was not found: the server gets a plain page. Install Node.js 20 or later for the web app." >&2
endif

webapp/app/node_modules/.package-lock.json: webapp/app/package-lock.json
	cd webapp/app && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(WEBAPP): webapp/app/node_modules/.package-lock.json $(shell find webapp/app -path '*/node_modules' -prune -o -type f -print)
	cd webapp/app && npm run --silent build
	@touch $@

# What the command line client is built for.
CLIENTS := linux-amd64 linux-arm64 linux-arm linux-386 darwin-amd64 darwin-arm64 windows-amd64 windows-arm64 freebsd-amd64 freebsd-arm64

# With SIGN_KEY=release.pem (openssl genpkey -algorithm ed25519 -out release.pem) the clients are signed, and
# "plik update" of a signed client takes only what the same key has signed.
SIGN_KEY ?=
ifneq (,$(SIGN_KEY))
LDFLAGS += -X github.com/root-gg/plik/cmd/plik/internal/update.publicKey=$(shell openssl pkey -in $(SIGN_KEY) -pubout -outform DER | tail -c 32 | base64)
endif

.PHONY: clients
clients: ## Build the command line client for every system into clients/, where plikd offers it
	@for t in $(CLIENTS); do \
	  os=$${t%-*}; arch=$${t#*-}; exe=plik; [ $$os != windows ] || exe=plik.exe; mkdir -p clients/$$t; \
	  echo "clients/$$t/$$exe"; \
	  GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o clients/$$t/$$exe ./cmd/plik || exit 1; \
	  md5sum clients/$$t/$$exe | cut -d' ' -f1 >clients/$$t/MD5SUM; sha256sum clients/$$t/$$exe | cut -d' ' -f1 >clients/$$t/SHA256SUM; \
	  rm -f clients/$$t/$$exe.sig; [ -n "$(SIGN_KEY)" ] || continue; \
	  message=$$(mktemp); printf 'plik %s %s-%s\n%s\n' '$(VERSION)' $$os $$arch $$(cat clients/$$t/SHA256SUM) >$$message; \
	  openssl pkeyutl -sign -rawin -inkey $(SIGN_KEY) -in $$message | base64 -w0 >clients/$$t/$$exe.sig || exit 1; rm -f $$message; \
	done
	mkdir -p clients/bash && cp cmd/plik/plik.sh clients/bash/plik.sh && md5sum clients/bash/plik.sh | cut -d' ' -f1 >clients/bash/MD5SUM

##@ Check

.PHONY: test
test: ## Run the tests; needs nothing but Go
	$(GO) test ./...

.PHONY: check
check: lint race fuzz curl tus signing oidc web-test browser test-backends bench-smoke ## Everything that must hold before a change goes in

.PHONY: lint
lint: ## gofmt, vet for every system, staticcheck
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt -w these:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...
	for os in darwin windows freebsd; do GOOS=$$os $(GO) build -o /dev/null ./cmd/... || exit 1; done
	$(TOOL) staticcheck ./...

.PHONY: race
race: ## The tests under the race detector
	CGO_ENABLED=1 $(GO) test -race ./...

.PHONY: fuzz
fuzz: ## Each fuzz target for FUZZTIME (runs, or a time such as 60s)
	@$(GO) list ./... | while read p; do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
	  done; done

.PHONY: curl
curl: build ## The server used with the real curl, as scripts and old clients do
	./testing/curl/run.sh $(BIN)/plikd

.PHONY: tus
tus: build ## Resumable uploads by tus-js-client; installs what it needs
	./testing/tus/run.sh $(BIN)/plikd

.PHONY: test-backends
test-backends: ## Stores and databases on real servers, and several plikd behind nginx; installs what it needs
	./testing/backends/run.sh

.PHONY: signing
signing: ## Clients that are signed, and update themselves
	./testing/update/run.sh

.PHONY: oidc
oidc: ## Logins with a real OpenID Connect provider; installs what it needs
	./testing/oidc/run.sh

.PHONY: web-test
web-test: webapp/app/node_modules/.package-lock.json ## The logic of the web app
	cd webapp/app && npm test --silent

.PHONY: browser
browser: build ## Every screen of the web app in a real browser; installs what it needs
	./webapp/app/e2e/run.sh $(BIN)/plikd

##@ Measure

.PHONY: bench
bench: debian-bench ## Compare with nginx, see docs/performance.md
	$(GO) run ./testing/bench

.PHONY: bench-smoke
bench-smoke: debian-bench ## A short run of the benchmark, to see that it works
	$(GO) run ./testing/bench -quick

.PHONY: debian-bench
debian-bench:
	@command -v nginx >/dev/null && command -v wrk >/dev/null && command -v curl >/dev/null || \
	  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends nginx-light wrk curl; }

##@ Other

.PHONY: clean
clean: ## Remove what was built
	rm -rf $(BIN) webapp/dist/*

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
