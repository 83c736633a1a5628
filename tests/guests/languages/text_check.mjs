// Compares the SDK's texts with those of Node.js, which has a TextEncoder and a TextDecoder of its own: `node text_check.mjs`.

import { decode, encode } from "../../../plugins/sdk/javascript/text.js";

const BYTES = [0x00, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xa0, 0xed, 0x9f, 0xef, 0xbb, 0xf0, 0x90, 0xf4, 0x8f, 0xf5, 0xff];
const UNITS = [0x41, 0xe9, 0x20ac, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xfffd, 0xfeff];

const [theirs, strict] = [new TextDecoder(), new TextDecoder("utf-8", { fatal: true })];
const outcome = (of) => {
    try {
        return of();
    } catch {
        return null;
    }
};
let seed = 1;
const next = (below) => (seed = (seed * 48271) % 2147483647) % below;

for (let round = 0; round < 200_000; round++) {
    const bytes = Uint8Array.from({ length: next(7) }, () => BYTES[next(BYTES.length)]);
    const pairs = [
        [decode(bytes), theirs.decode(bytes)],
        [outcome(() => decode(bytes, { fatal: true })), outcome(() => strict.decode(bytes))],
    ];
    const text = String.fromCharCode(...Array.from({ length: next(5) }, () => UNITS[next(UNITS.length)]));
    pairs.push([String(encode(text)), String(new TextEncoder().encode(text))]);
    for (const [ours, expected] of pairs) {
        if (ours !== expected) {
            throw new Error(`${bytes} or ${JSON.stringify(text)}: ${JSON.stringify(ours)}, not ${JSON.stringify(expected)}`);
        }
    }
}
console.log("the same");
