// Write an enricher in JavaScript: `export const { describe, enrich } = enricher({ ... })`.

import { description, Failure, sentence, settings, thrown } from "./plugin.js";

export {
    asksDns, boolean, choice, Failure, integer, keepsState, line, readsFiles, real, runs, talksTo,
} from "./plugin.js";

/**
 * Makes the module an enricher. `enrich(observable, settings)` gives what was found, as anything that JSON can hold. Answers are kept for
 * `freshSeconds` and failures for `failedSeconds`. An enricher that tells nobody outside what it looks up sets `outside` to false.
 */
export function enricher({ observables, enrich, freshSeconds = 86_400, failedSeconds = 3_600, outside = true, ...details }) {
    const kind = { tag: "enricher", val: { observables, freshSeconds, failedSeconds, outside } };
    const described = description(details, kind);
    return {
        describe: () => described,
        enrich(observable, list) {
            try {
                return JSON.stringify(enrich(observable, settings(list)));
            } catch (error) {
                throw enrichError(error);
            }
        },
    };
}

const REASONS = ["access-denied", "timed-out", "rate-limited", "not-found", "unavailable", "invalid"];

/** The errors of capabilities have the names of the enricher's own, but for `too-large`. */
function enrichError(error) {
    const { tag, val } =
        thrown(error) ?? (error instanceof Failure ? { tag: error.reason, val: error.detail } : { val: sentence(error) });
    return { tag: REASONS.includes(tag) ? tag : "invalid", val };
}
