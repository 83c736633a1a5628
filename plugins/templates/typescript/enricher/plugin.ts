// `plugin_name`: the names of an address, by reverse DNS.

import dns from "net-scout:plugin/dns@0.1.0";
import { asksDns, enricher } from "./sdk/enricher.js";

export const { describe, enrich } = enricher({
    name: "plugin_name",
    version: "0.1.0",
    summary: "The names of an address, by reverse DNS",
    observables: ["ip"],
    requests: [asksDns(["PTR"], "*.in-addr.arpa"), asksDns(["PTR"], "*.ip6.arpa")],

    enrich(observable) {
        const names = dns.reverse(observable.value);
        return { name: names[0] ?? null, names };
    },
});
