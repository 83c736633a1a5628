// The interfaces of the host, as modules; wit/ says what they do. A function that fails throws an error whose `payload` is
// `{ tag, val }`: the kind of error, and a text. A rule has `files`, `log`, `query` and `state`, an enricher all others too, but not `query`.

declare module "net-scout:plugin/dns@0.1.0" {
    export type RecordType = "a" | "aaaa" | "ptr" | "txt" | "mx" | "ns" | "soa";
    export type RecordData =
        | { tag: "address" | "name" | "text"; val: string }
        | { tag: "mail-exchanger"; val: { preference: number; exchange: string } }
        | { tag: "start-of-authority"; val: { primary: string; responsible: string; serial: number } };
    const dns: {
        resolve(name: string, type: RecordType): RecordData[];
        reverse(address: string): string[];
    };
    export default dns;
}

declare module "net-scout:plugin/exec@0.1.0" {
    export interface Output {
        status: number | null;
        stdout: string;
        stderr: string;
        truncated: boolean;
        timedOut: boolean;
    }
    const exec: { run(program: string, args: string[], seconds: number | null): Output };
    export default exec;
}

declare module "net-scout:plugin/http@0.1.0" {
    export interface Header {
        name: string;
        value: string;
    }
    export interface Response {
        status: number;
        headers: Header[];
        body: ArrayLike<number>;
    }
    const http: {
        send(method: "get" | "head" | "post", url: string, headers: Header[], body: Uint8Array | null): Response;
    };
    export default http;
}

declare module "net-scout:plugin/files@0.1.0" {
    export interface File {
        size(): number;
        readAt(offset: number, length: number): ArrayLike<number>;
    }
    const files: {
        list(directory: string): string[];
        open(directory: string, path: string): File;
    };
    export default files;
}

declare module "net-scout:plugin/state@0.1.0" {
    const state: {
        get(key: string): ArrayLike<number> | null;
        set(key: string, value: Uint8Array): void;
        remove(key: string): void;
    };
    export default state;
}

declare module "net-scout:plugin/log@0.1.0" {
    const log: { write(level: "debug" | "info" | "warn" | "error", message: string): void };
    export default log;
}
