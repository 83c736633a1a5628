// Builds a plugin: `node sdk/build.js plugin.js --world rule --output night_watch.wasm`. `componentize-qjs` must be in PATH, and for a
// source in TypeScript `tsc` and `esbuild` too; `npm run` sees to that.
//
// The tool gives a component every import of its world. Here it gets a world that imports only what the sources import, so that whoever is
// to trust the component sees what it can reach.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"']+)["']/g;
const INTERFACE = /^net-scout:plugin\/([a-z-]+)@/;

class Stop extends Error {}

const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
        world: { type: "string" },
        output: { type: "string" },
        wit: { type: "string", default: "wit" },
        root: { type: "string", default: "." },
    },
});
const [source] = positionals;
const folder = mkdtempSync(join(tmpdir(), "net-scout-"));
try {
    build();
} catch (error) {
    if (!(error instanceof Stop)) {
        throw error;
    }
    console.error(`error: ${error.message}`);
    process.exitCode = 1;
} finally {
    rmSync(folder, { recursive: true });
}

function build() {
    if (source === undefined || positionals.length > 1 || !values.world || !values.output) {
        throw new Stop("write: node build.js SOURCE --world rule|enricher --output FILE [--wit DIR] [--root DIR]");
    }
    let [script, root] = [resolve(source), resolve(values.root)];
    if (source.endsWith(".ts")) {
        run("tsc", ["--noEmit"]);
        [script, root] = [join(folder, "plugin.js"), folder];
        const words = ["--bundle", "--format=esm", "--target=es2022", "--external:net-scout:*", "--log-level=warning"];
        run("esbuild", [source, ...words, `--outfile=${script}`]);
    }
    const wit = narrowed(interfaces(script, new Set(), new Set()));
    run("componentize-qjs", ["--wit", wit, "--world", values.world, "--module-root", root, "--js", script,
        "--output", values.output, "--sync", "--stub-wasi"]);
}

/** The interfaces that a module and those that it imports from files import. */
function interfaces(path, found, seen) {
    if (!seen.has(path)) {
        seen.add(path);
        for (const [, name] of readFileSync(path, "utf8").matchAll(IMPORT)) {
            const known = INTERFACE.exec(name);
            if (known !== null) {
                found.add(known[1]);
            } else if (name.startsWith(".")) {
                interfaces(resolve(dirname(path), name), found, seen);
            }
        }
    }
    return found;
}

/** A copy of the interfaces in which the world imports these alone. */
function narrowed(used) {
    const wit = join(folder, "wit");
    cpSync(values.wit, wit, { recursive: true });
    const world = join(wit, `${values.world}.wit`);
    const lines = readFileSync(world, "utf8").split("\n");
    const imports = new Set();
    const kept = lines.filter((line) => {
        const name = /^\s*import ([a-z-]+);/.exec(line)?.[1];
        imports.add(name);
        return name === undefined || used.has(name);
    });
    const missing = [...used].filter((name) => !imports.has(name));
    if (missing.length > 0) {
        throw new Stop(`${source} imports ${missing.join(", ")}, which the world ${values.world} does not have`);
    }
    writeFileSync(world, kept.join("\n"));
    return wit;
}

function run(program, words) {
    const { status, error } = spawnSync(program, words, { stdio: "inherit" });
    if (error !== undefined) {
        throw new Stop(`${program} cannot be started (${error.code}): run \`npm install\`, and this with \`npm run build\``);
    }
    if (status !== 0) {
        throw new Stop(`${program} ${words.join(" ")} failed: see above`);
    }
}
