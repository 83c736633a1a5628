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

# Two sources of the same name in different folders are two objects.
object = $(OUT)/objects/$(subst /,_,$(1:.c=.o))

$(OUT)/$(NAME).wasm: $(foreach source,$(SOURCES),$(call object,$(source))) $(BINDINGS)/plugin_component_type.o
	$(LINK) --no-entry --strip-all --gc-sections -z stack-size=65536 -o $@.partial $^
	mv $@.partial $@

define compile
$(call object,$(1)): $(1) $(HEADERS) $(MAKEFILE_LIST)
	@mkdir -p $(OUT)/objects
	$(CC) $(CFLAGS) -c $$< -o $$@
endef
$(foreach source,$(SOURCES),$(eval $(call compile,$(source))))

.PHONY: clean
clean:
	rm -rf $(OUT)/objects $(OUT)/$(NAME).wasm
