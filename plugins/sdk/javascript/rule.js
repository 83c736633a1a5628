// Write a rule in JavaScript: `export const { describe, evaluate } = rule({ ... })`.

import host from "net-scout:plugin/query@0.1.0";
import { description, Failure, sentence, settings, thrown } from "./plugin.js";

export { boolean, choice, Failure, integer, keepsState, line, reads, readsFiles, real } from "./plugin.js";

/**
 * Makes the module a rule. `evaluate(window, settings)` gives the alerts, as a list or one by one as a generator:
 * `{ alertType, score, srcIp, dstIp, severity, evidence, events }`. The score is brought into 0 to 100; without a severity it follows
 * from the score. Evidence is an object of values, of lists of integers and of lists of texts. `events` says which events the alert is
 * about, `{ condition, parameters }`: an SQL condition over `events`, and what is bound to `?1`, `?2`, ... in it.
 *
 * A rule that needs events from before the window says so in `historySeconds`; `window.eventsSince` is where they begin then.
 */
export function rule({ alertTypes, historySeconds = 0, evaluate, ...details }) {
    const described = description(details, { tag: "rule", val: { alertTypes, historySeconds } });
    return {
        describe: () => described,
        evaluate(window, list) {
            try {
                return Array.from(evaluate(window, settings(list)), alert);
            } catch (error) {
                throw ruleError(error);
            }
        },
    };
}

function ruleError(error) {
    const query = thrown(error);
    if (query !== undefined) {
        return { tag: "query", val: query };
    }
    return error instanceof Failure ? { tag: error.reason, val: error.detail } : { tag: "failed", val: sentence(error) };
}

/**
 * The rows of one SELECT, as arrays. `columns` says the type of each column: "text", "integer", "real", "boolean", or one of these with
 * "-list" for what `json_group_array` gives. A "?" behind it tells TypeScript that the column may be null; without it a null is `null` all
 * the same. `parameters` are bound to `?1`, `?2`, ...
 */
export function* query(sql, columns, parameters = []) {
    const rows = host.open(sql, parameters.map(scalar), columns.map((column) => column.replace("?", "")));
    try {
        for (let batch = rows.next(); batch !== null; batch = rows.next()) {
            const cells = batch.columns.map(reader);
            for (let row = 0; row < batch.rowCount; row++) {
                yield cells.map((cell) => cell(row));
            }
        }
    } finally {
        rows[Symbol.dispose]();
    }
}

const plain = (values) => (row) => values[row];
const text = ({ dictionary, codes }) => (row) => dictionary[codes[row]];
const list = (element, { values, ends }) => {
    const at = element(values);
    return (row) => {
        const start = row === 0 ? 0 : ends[row - 1];
        return Array.from({ length: ends[row] - start }, (_, index) => at(start + index));
    };
};

/** For each case of `column-values` how the value of a row is found. */
const CELLS = {
    "booleans": plain,
    "integers": plain,
    "reals": plain,
    "texts": text,
    "boolean-lists": (lists) => list(plain, lists),
    "integer-lists": (lists) => list(plain, lists),
    "real-lists": (lists) => list(plain, lists),
    "text-lists": (lists) => list(text, lists),
};

/** Reads a column from its first row to its last. */
function reader({ values, nulls }) {
    const cell = CELLS[values.tag](values.val);
    let next = 0;
    return (row) => {
        if (nulls[next] !== row) {
            return cell(row);
        }
        next += 1;
        return null;
    };
}

function alert({ alertType, score, srcIp = null, dstIp = null, severity, evidence = {}, events = null }) {
    const clamped = Math.min(Math.max(Math.trunc(score), 0), 100);
    const entries = Object.entries(evidence).map(([key, value]) => ({ key, value: evidenceValue(value) }));
    const level = severity ?? severityOf(clamped);
    return { alertType, srcIp, dstIp, score: clamped, severity: level, evidence: entries, events: events && selection(events) };
}

function selection({ condition, parameters = [] }) {
    return { condition, parameters: parameters.map(scalar) };
}

/** The severity that a score stands for. The same in every language. */
function severityOf(score) {
    const levels = [[20, "informational"], [40, "low"], [70, "medium"], [90, "high"]];
    return levels.find(([below]) => score < below)?.[1] ?? "critical";
}

function evidenceValue(value) {
    if (!Array.isArray(value)) {
        return { tag: "scalar", val: scalar(value) };
    }
    if (value.every((element) => typeof element === "string")) {
        return { tag: "texts", val: value };
    }
    if (value.every(Number.isSafeInteger)) {
        return { tag: "integers", val: value };
    }
    throw new TypeError("a list in evidence must hold integers only, or texts only");
}

function scalar(value) {
    switch (typeof value) {
        case "boolean":
            return { tag: "boolean", val: value };
        case "number":
            return { tag: Number.isSafeInteger(value) ? "integer" : "real", val: value };
        case "string":
            return { tag: "text", val: value };
        default:
            if (value === null) {
                return { tag: "null" };
            }
            throw new TypeError(`a value must be a boolean, a number, a text or null, not ${typeof value}`);
    }
}

/** An instant in microseconds as RFC 3339 in UTC, with six decimals where it has a fraction of a second. */
export function formatTimestamp(microseconds) {
    const fraction = ((microseconds % 1e6) + 1e6) % 1e6;
    const seconds = new Date((microseconds - fraction) / 1e3).toISOString().slice(0, -5);
    return fraction === 0 ? `${seconds}Z` : `${seconds}.${String(fraction).padStart(6, "0")}Z`;
}
