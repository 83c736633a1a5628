// A rule that fails in the way that its parameter names.

import { choice, Failure, query, reads, rule } from "../../../plugins/sdk/javascript/rule.js";

const WAYS = {
    exception: () => undefined.length,
    failure: () => { throw new Failure("invalid-parameter", "nothing works"); },
    query: () => [...query("SELECT src_ip FROM events", ["text"])],
    parameter: (settings) => [settings.no_such],
    alert: () => [{ alertType: "failing", score: 1, evidence: { mixed: [1, "a"] } }],
    clock: () => [Date.now()],
};

export const { describe, evaluate } = rule({
    name: "failing",
    version: "0.1.0",
    summary: "Fails",
    alertTypes: ["failing"],
    parameters: [choice("way", Object.keys(WAYS), "How it fails")],
    requests: [reads("events", ["id"])],
    evaluate: (window, settings) => WAYS[settings.way](settings),
});
