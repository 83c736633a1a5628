# Builds a plugin of one C file. A Makefile says NAME, KIND (rule or enricher) and SOURCE, and includes this.
#
# It needs clang, and the wasm-component-ld of a Rust toolchain or of the WASI SDK.

SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
OUT ?= .
CC := clang
RUSTLIB := $(shell rustc --print sysroot 2>/dev/null)/lib/rustlib/$(shell rustc -vV 2>/dev/null | sed -n 's/^host: //p')/bin
# Behind PATH, so that a linker of one's own goes before. It looks for wasm-ld in PATH too.
LINK := PATH="$$PATH:$(RUSTLIB):$(RUSTLIB)/gcc-ld" wasm-component-ld

BINDINGS := $(SDK)/bindings/$(KIND)
SOURCES := $(SOURCE) $(BINDINGS)/plugin.c $(SDK)/$(KIND).c $(SDK)/net_scout.c $(SDK)/memory.c
HEADERS := $(wildcard $(SDK)/*.h $(SDK)/include/*.h $(BINDINGS)/*.h)
CFLAGS := --target=wasm32-unknown-unknown -mbulk-memory -std=c11 -Oz -ffunction-sections -fdata-sections -ffreestanding -fno-builtin -Wall -Wextra \
	-isystem $(SDK)/include -isystem $(BINDINGS) -I $(SDK)

$(OUT)/$(NAME).wasm: $(SOURCES) $(HEADERS) $(MAKEFILE_LIST)
	mkdir -p $(OUT)/objects
	for source in $(SOURCES); do $(CC) $(CFLAGS) -c $$source -o $(OUT)/objects/$$(basename $$source .c).o || exit 1; done
	$(LINK) --no-entry --strip-all --gc-sections -z stack-size=65536 -o $@.partial \
		$(foreach source,$(SOURCES),$(OUT)/objects/$(basename $(notdir $(source))).o) $(BINDINGS)/plugin_component_type.o
	mv $@.partial $@

.PHONY: clean
clean:
	rm -rf $(OUT)/objects $(OUT)/$(NAME).wasm
