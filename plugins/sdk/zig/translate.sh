#!/bin/sh
# Makes bindings/ of the headers of the C SDK: `sh translate.sh PYTHON`, with the Python that has the package ziglang. The first time takes some
# minutes, for Zig builds the translator. Of the macros those of the interfaces are kept. The last line is compared by a test.
set -e
cd "$(dirname "$0")"
for kind in rule enricher; do
    {
        echo "// What $kind.h of the C SDK declares. Made by translate.sh."
        "$1" -m ziglang translate-c -target wasm32-freestanding -isystem ../c/include -isystem ../c/bindings/$kind -I ../c ../c/$kind.h |
            sed -e '/^\/\/ /d' | awk '/^pub inline fn/ { skip = 1 } skip { if (/^}/) skip = 0; next } /^pub const (__u?int|__[A-Z]|[A-Z])/ { if ($0 ~ /^pub const (NET_SCOUT|NS)_/ && $0 !~ /compileError/) print; next } { print }'
        echo "// $(cat ../c/bindings/$kind/plugin.h ../c/net_scout.h ../c/capabilities.h ../c/$kind.h | sha256sum | cut -c 1-64)"
    } > bindings/$kind.zig
done
