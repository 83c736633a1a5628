// What rules and enrichers share: the parts of a description, the values of parameters, and errors that the operator can read.
//
// It must import no interface of the host: a rule and an enricher may not have the same ones.

import "./text.js";

/** An error of the plugin's own. `reason` is a case of `rule-error` or `enrich-error` in wit/, such as "invalid-parameter" or "not-found". */
export class Failure extends Error {
    constructor(reason, detail) {
        super(detail);
        this.reason = reason;
        this.detail = detail;
    }
}

const parameter = (tag) => (name, meaning, val) => ({ name, meaning, type: { tag, val } });

/** A switch. */
export const boolean = (name, value, meaning) => parameter("boolean")(name, meaning, value);

/** A whole number within bounds. */
export const integer = (name, value, minimum, maximum, meaning) =>
    parameter("integer")(name, meaning, { default: value, minimum, maximum });

/** A real number within bounds. */
export const real = (name, value, minimum, maximum, meaning) =>
    parameter("real")(name, meaning, { default: value, minimum, maximum });

/** One of a few words; the first is the default. */
export const choice = (name, options, meaning) => parameter("choice")(name, meaning, { default: options[0], options });

/** A line of text, with the most characters that it may have. */
export const line = (name, value, maximum, meaning) => parameter("line")(name, meaning, { default: value, maximum });

/** Asks to read columns of `events` or `alerts`. */
export const reads = (table, columns) => ({ tag: "table", val: { table, columns } });

/** Asks to ask DNS: record types, and a name, `*.` and a name, or `*`. */
export const asksDns = (types, names) => ({ tag: "dns", val: { types, names } });

/** Asks to run a program with arguments of this template. */
export const runs = (program, args) => ({ tag: "exec", val: { program, arguments: args } });

/** Asks to talk to a server, perhaps with a secret that the host adds. */
export const talksTo = (methods, server, secret = null) => ({ tag: "http", val: { methods, server, secret } });

/** Asks to read the files of a named directory. */
export const readsFiles = (directory) => ({ tag: "files", val: directory });

/** Asks for a store of its own of so many bytes. */
export const keepsState = (bytes) => ({ tag: "state", val: bytes });

/** A description as the host wants it. */
export function description({ name, version, summary, parameters = [], requests = [] }, kind) {
    return { name, version, kind, summary, parameters, requests };
}

/** The values of the parameters, by name. To read one that was not described is an error, for it is a slip of the pen. */
export function settings(list) {
    const values = Object.fromEntries(list.map(({ name, value }) => [name, value.val]));
    return new Proxy(values, {
        get(target, name) {
            if (typeof name === "string" && !Object.hasOwn(target, name)) {
                throw new Failure("invalid-parameter", `parameter \`${name}\` is not described`);
            }
            return target[name];
        },
    });
}

/** What the host threw: the error of a capability, as in wit/; undefined where it is another error. */
export const thrown = (error) => (typeof error?.payload?.tag === "string" ? error.payload : undefined);

/** An error of the language as one line: what it is, and where in the plugin. */
export function sentence(error) {
    if (!(error instanceof Error)) {
        return `it threw ${String(error)}`;
    }
    const place = error.stack?.split("\n").find((line) => line.includes("("))?.trim();
    return `${error.name}: ${error.message}${place === undefined ? "" : ` ${place}`}`;
}
