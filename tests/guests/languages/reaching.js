// An enricher that calls every capability, and answers with what they gave.

import dns from "net-scout:plugin/dns@0.1.0";
import exec from "net-scout:plugin/exec@0.1.0";
import http from "net-scout:plugin/http@0.1.0";
import log from "net-scout:plugin/log@0.1.0";
import state from "net-scout:plugin/state@0.1.0";
import { asksDns, enricher, keepsState, runs, talksTo } from "../../../plugins/sdk/javascript/enricher.js";
import { decode, encode } from "../../../plugins/sdk/javascript/text.js";

export const { describe, enrich } = enricher({
    name: "reaching",
    version: "0.1.0",
    summary: "Calls everything",
    observables: ["ip"],
    requests: [asksDns(["TXT"], "*"), runs("whois", ["{ip}"]), talksTo(["POST"], "https://example.net"), keepsState(1000)],

    enrich(observable) {
        const kept = state.get("key");
        state.set("key", encode("sent"));
        const [record] = dns.resolve("example.net", "txt");
        const output = exec.run("whois", [observable.value], 5);
        const headers = [{ name: "accept", value: "text/plain" }];
        const response = http.send("post", "https://example.net/", headers, new TextEncoder().encode("sent"));
        log.write("info", "done");
        return {
            kept: decode(kept),
            text: record.val,
            wrote: output.stdout,
            status: response.status,
            body: new TextDecoder().decode(response.body),
        };
    },
});
