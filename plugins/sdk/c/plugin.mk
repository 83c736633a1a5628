# Builds a plugin of C files. A Makefile says NAME, KIND (rule or enricher) and SOURCE, and includes this.
#
# It needs clang, and the wasm-component-ld of a Rust toolchain or of the WASI SDK.

SDK := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
OUT ?= .
CC := $(if $(filter file,$(origin CC)),$(CC),clang)
TARGET ?= wasm32-unknown-unknown
RUSTLIB := $(shell rustc --print sysroot 2>/dev/null)/lib/rustlib/$(shell rustc -vV 2>/dev/null | sed -n 's/^host: //p')/bin
# Behind PATH, so that a linker of one's own goes before. It looks for wasm-ld in PATH too.
LINK := PATH="$$PATH:$(RUSTLIB):$(RUSTLIB)/gcc-ld" wasm-component-ld

BINDINGS := $(SDK)/bindings/$(KIND)
SOURCES := $(SOURCE) $(BINDINGS)/plugin.c $(SDK)/$(KIND).c $(SDK)/net_scout.c $(SDK)/capabilities.c $(SDK)/memory.c
HEADERS := $(wildcard $(SDK)/*.h $(SDK)/include/*.h $(BINDINGS)/*.h) $(MORE_HEADERS)
COMMON := --target=$(TARGET) -mbulk-memory -Oz -ffunction-sections -fdata-sections -ffreestanding -fno-builtin -Wall -Wextra \
	-isystem $(SDK)/include -isystem $(BINDINGS) -I $(SDK)
CFLAGS := $(COMMON) -std=c11

# How a source is compiled follows from its name. The SDK for another language adds its own.
compile.c = $(CC) $(CFLAGS) -c $< -o $@
# Two sources of the same name in different folders are two objects.
object = $(OUT)/objects/$(subst /,_,$(basename $(1))).o

$(OUT)/$(NAME).wasm: $(foreach source,$(SOURCES),$(call object,$(source))) $(BINDINGS)/plugin_component_type.o
	$(LINK) --no-entry --strip-all --gc-sections -z stack-size=65536 -o $@.partial $^
	mv $@.partial $@

define compile
$(call object,$(1)): $(1) $(HEADERS) $(MAKEFILE_LIST) | $(TOOL)
	@mkdir -p $(OUT)/objects
	$$(compile$(suffix $(1)))
endef
$(foreach source,$(SOURCES),$(eval $(call compile,$(source))))

.PHONY: clean
clean:
	rm -rf $(OUT)/objects $(OUT)/$(NAME).wasm
