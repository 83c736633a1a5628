# Builds a plugin of one Zig file. A Makefile says NAME, KIND (rule or enricher), SOURCE and SDK, and includes this.
#
# It needs Python with venv, which fetches Zig from PyPI into .venv; `make ZIG=zig` takes one of your own. Zig compiles the C SDK, too. And it
# needs the wasm-component-ld of a Rust toolchain or of the WASI SDK.

ZIGSDK := $(SDK)/zig
VENV ?= .venv
ZIG ?= $(VENV)/bin/python -m ziglang
TARGET := wasm32-freestanding
CC := $(ZIG) cc
OUT ?= .
export ZIG_LOCAL_CACHE_DIR := $(abspath $(OUT))/objects/zig

compile.zig = $(ZIG) build-obj -target $(TARGET) -mcpu=generic+bulk_memory -O ReleaseSmall -fstrip -femit-bin=$@ \
	--dep net_scout --dep plugin -Mroot=$(ZIGSDK)/entry/$(KIND).zig --dep net_scout -Mplugin=$< \
	--dep c -Mnet_scout=$(ZIGSDK)/$(KIND).zig -Mc=$(ZIGSDK)/bindings/$(KIND).zig
MORE_HEADERS := $(wildcard $(ZIGSDK)/*.zig $(ZIGSDK)/*/*.zig)
TOOL := $(if $(findstring ziglang,$(ZIG)),$(VENV)/ziglang)

include $(SDK)/c/plugin.mk

$(VENV)/ziglang: $(ZIGSDK)/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --requirement $(ZIGSDK)/requirements.txt
	touch $@
