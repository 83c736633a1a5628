// The types of what an enricher calls.

import type { Details, Parameter, Settings } from "./plugin.js";

export { asksDns, boolean, choice, Failure, integer, keepsState, line, readsFiles, real, runs, talksTo } from "./plugin.js";

/** What to look up: an IP address in its canonical form, or a domain name in lower case. */
export interface Observable {
    readonly kind: "ip" | "domain";
    readonly value: string;
}

/** What JSON can hold. */
export type Json = boolean | number | string | null | readonly Json[] | { readonly [key: string]: Json };

/** An enricher. `enrich` gives what was found. */
export function enricher<const Parameters extends readonly Parameter[] = []>(
    details: Details<Parameters> & {
        observables: ("ip" | "domain")[];
        /** For how many seconds an answer is kept, by default a day, and a failure, by default an hour. */
        freshSeconds?: number;
        failedSeconds?: number;
        /** False where it tells nobody outside what it looks up. */
        outside?: boolean;
        enrich(observable: Observable, settings: Settings<Parameters>): Json;
    },
): { describe: () => unknown; enrich: (observable: Observable, settings: never) => unknown };
