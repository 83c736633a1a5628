// The types of what rules and enrichers share.

/** A single value: a setting, what is bound to a query, or a piece of evidence. A whole number is sent as an integer, any other as a real. */
export type Scalar = boolean | number | string | null;

/** An error of the plugin's own. `reason` is a case of `rule-error` or `enrich-error` in wit/. */
export class Failure extends Error {
    constructor(reason: Reason, detail: string);
    readonly reason: Reason;
    readonly detail: string;
}

export type Reason =
    "invalid-parameter" | "failed" | "access-denied" | "timed-out" | "not-found" | "unavailable" | "invalid";

/** A parameter with its name and the type of its value. */
export interface Parameter<Name extends string = string, Value extends Scalar = Scalar> {
    readonly name: Name;
    readonly meaning: string;
    readonly type: { readonly tag: string; readonly val: unknown };
    /** Not there at run time: it tells the compiler what a setting holds. */
    readonly value?: Value;
}

/** The values of the parameters, by name. */
export type Settings<Parameters extends readonly Parameter[]> = {
    readonly [Each in Parameters[number] as Each["name"]]: NonNullable<Each["value"]>;
};

/** Something that a plugin asks to be given. */
export interface Request {
    readonly tag: string;
    readonly val: unknown;
}

export function boolean<Name extends string>(name: Name, value: boolean, meaning: string): Parameter<Name, boolean>;
export function integer<Name extends string>(
    name: Name, value: number, minimum: number, maximum: number, meaning: string): Parameter<Name, number>;
export function real<Name extends string>(
    name: Name, value: number, minimum: number, maximum: number, meaning: string): Parameter<Name, number>;
/** One of a few words; the first is the default. */
export function choice<Name extends string, const Words extends readonly string[]>(
    name: Name, options: Words, meaning: string): Parameter<Name, Words[number]>;
/** A line of text, with the most characters that it may have. */
export function line<Name extends string>(name: Name, value: string, maximum: number, meaning: string): Parameter<Name, string>;

/** Requests to read columns of `events` or `alerts`. */
export function reads(table: "events" | "alerts", columns: string[]): Request;
/** Requests questions to DNS: record types, and a name, `*.` and a name, or `*`. */
export function asksDns(types: string[], names: string): Request;
/** Requests to run a program with arguments of this template. */
export function runs(program: string, args: string[]): Request;
/** Requests a server, perhaps with a secret that the host adds. */
export function talksTo(methods: ("GET" | "HEAD" | "POST")[], server: string, secret?: string | null): Request;
/** Requests to read the files of a named directory. */
export function readsFiles(directory: string): Request;
/** Requests a store of its own of so many bytes. */
export function keepsState(bytes: number): Request;

/** What a plugin is. */
export interface Details<Parameters extends readonly Parameter[]> {
    name: string;
    version: string;
    summary: string;
    parameters?: Parameters;
    requests?: Request[];
}
