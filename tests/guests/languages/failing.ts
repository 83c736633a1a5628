// A rule that fails in the way that its parameter names.

import { choice, Failure, query, reads, rule, type Alert } from "../../../plugins/sdk/javascript/rule.js";

const failure = (): never => {
    throw new Failure("invalid-parameter", "nothing works");
};
// What the compiler would refuse is hidden from it.
const nothing = undefined as unknown as string;
const mixed = [1, "a"] as unknown as string[];

export const { describe, evaluate } = rule({
    name: "failing",
    version: "0.1.0",
    summary: "Fails",
    alertTypes: ["failing"],
    parameters: [choice("way", ["exception", "failure", "query", "parameter", "alert"], "How it fails")],
    requests: [reads("events", ["id"])],
    evaluate(window, settings): Alert[] {
        switch (settings.way) {
            case "exception":
                return [{ alertType: "failing", score: nothing.length }];
            case "failure":
                return failure();
            case "query":
                return [...query("SELECT src_ip FROM events", ["text"])].map(([srcIp]) => ({ alertType: "failing", score: 1, srcIp }));
            case "parameter":
                return [{ alertType: "failing", score: (settings as unknown as { no_such: number }).no_such }];
            case "alert":
                return [{ alertType: "failing", score: 1, evidence: { mixed } }];
        }
    },
});
