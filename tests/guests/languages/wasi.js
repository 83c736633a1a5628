// A rule that is built with WASI, as third parties will ship them, and says what it finds there.

import { rule } from "../../../plugins/sdk/javascript/rule.js";

export const { describe, evaluate } = rule({
    name: "wasi",
    version: "0.1.0",
    summary: "Looks around",
    alertTypes: ["wasi"],
    parameters: [],
    requests: [],
    evaluate: () => [
        {
            alertType: "wasi",
            score: 1,
            evidence: { milliseconds: Date.now(), random: String(Math.random()), globals: Object.keys(globalThis).length > 0 },
        },
    ],
});
