# Builds a plugin of one C++ file. A Makefile says NAME, KIND (rule or enricher) and SOURCE, and includes this.
#
# It needs what a plugin in C needs: clang, and the wasm-component-ld of a Rust toolchain or of the WASI SDK.

CPP := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
CXX := clang++
CXXFLAGS = $(COMMON) -std=c++17 -fno-exceptions -fno-rtti -fno-threadsafe-statics -I $(CPP)
MORE_HEADERS := $(wildcard $(CPP)/*.hpp)
compile.cpp = $(CXX) $(CXXFLAGS) -c $< -o $@

include $(CPP)/../c/plugin.mk
