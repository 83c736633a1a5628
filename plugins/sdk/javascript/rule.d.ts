// The types of what a rule calls.

import type { Details, Parameter, Scalar, Settings } from "./plugin.js";

export { boolean, choice, Failure, integer, keepsState, line, reads, readsFiles, real } from "./plugin.js";

/** The span of time that a scan looks at. Instants are microseconds since 1970 UTC. */
export interface Window {
    readonly since: number;
    readonly until: number | null;
    readonly now: number;
    readonly eventsSince: number;
    readonly localNetworks: readonly string[];
}

export type Severity = "informational" | "low" | "medium" | "high" | "critical";
export type Evidence = Scalar | readonly number[] | readonly string[];

export interface Alert {
    alertType: string;
    /** Brought into 0 to 100. */
    score: number;
    srcIp?: string | null;
    dstIp?: string | null;
    /** Follows from the score where it is not given. */
    severity?: Severity;
    evidence?: Record<string, Evidence>;
    /** The events that the alert is about: an SQL condition over `events`, and what is bound to `?1`, `?2`, ... in it. */
    events?: { condition: string; parameters?: readonly Scalar[] } | null;
}

/** A rule. `evaluate` gives the alerts, as a list or one by one as a generator. */
export function rule<const Parameters extends readonly Parameter[] = []>(
    details: Details<Parameters> & {
        alertTypes: string[];
        historySeconds?: number;
        evaluate(window: Window, settings: Settings<Parameters>): Iterable<Alert>;
    },
): { describe: () => unknown; evaluate: (window: Window, settings: never) => unknown };

interface Cells {
    "boolean": boolean;
    "integer": number;
    "real": number;
    "text": string;
    "boolean-list": boolean[];
    "integer-list": number[];
    "real-list": number[];
    "text-list": string[];
}

/** The type of a column, with a question mark where it may be null. */
export type Column = keyof Cells | `${keyof Cells}?`;
type Cell<Type> = Type extends keyof Cells ? Cells[Type] : Type extends `${infer Known extends keyof Cells}?` ? Cells[Known] | null : never;

/** The rows of one SELECT. `parameters` are bound to `?1`, `?2`, ... */
export function query<const Columns extends readonly Column[]>(
    sql: string,
    columns: Columns,
    parameters?: readonly Scalar[],
): Generator<{ -readonly [Index in keyof Columns]: Cell<Columns[Index]> }, void, undefined>;

/** An instant in microseconds as RFC 3339 in UTC. */
export function formatTimestamp(microseconds: number): string;
