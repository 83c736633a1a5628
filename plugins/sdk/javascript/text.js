// Bytes and texts. QuickJS has no `TextEncoder` and no `TextDecoder`: these are they, for UTF-8 alone, and are put where the packages of
// others look for them.

/** The bytes of a text in UTF-8. A half of a surrogate pair becomes U+FFFD. */
export function encode(text = "") {
    const bytes = [];
    for (const letter of String(text)) {
        const point = letter.codePointAt(0);
        const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
        if (code < 0x80) {
            bytes.push(code);
        } else if (code < 0x800) {
            bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
        } else if (code < 0x10000) {
            bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
        } else {
            bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
        }
    }
    return Uint8Array.from(bytes);
}

/** How many bytes follow a first byte, the bits that it gives, and what the second byte must at least and at most be. */
function beginning(byte) {
    if (byte >= 0xc2 && byte <= 0xdf) {
        return [1, byte & 31, 0x80, 0xbf];
    }
    if (byte >= 0xe0 && byte <= 0xef) {
        return [2, byte & 15, byte === 0xe0 ? 0xa0 : 0x80, byte === 0xed ? 0x9f : 0xbf];
    }
    if (byte >= 0xf0 && byte <= 0xf4) {
        return [3, byte & 7, byte === 0xf0 ? 0x90 : 0x80, byte === 0xf4 ? 0x8f : 0xbf];
    }
    return undefined;
}

/**
 * The text of bytes in UTF-8, as https://encoding.spec.whatwg.org says: what is not UTF-8 becomes U+FFFD, or is an error where `fatal` is
 * set. A mark of the byte order at the beginning is left out.
 */
export function decode(bytes = [], { fatal = false } = {}) {
    const { length } = bytes;
    const parts = [];
    let at = length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    while (at < length) {
        const byte = bytes[at++];
        const begun = beginning(byte);
        let point = byte < 0x80 ? byte : -1;
        if (begun !== undefined) {
            let [missing, bits, least, most] = begun;
            while (missing > 0 && at < length && bytes[at] >= least && bytes[at] <= most) {
                bits = (bits << 6) | (bytes[at++] & 63);
                [missing, least, most] = [missing - 1, 0x80, 0xbf];
            }
            point = missing === 0 ? bits : -1;
        }
        if (point < 0 && fatal) {
            throw new TypeError(`byte ${at - 1} is not UTF-8`);
        }
        parts.push(String.fromCodePoint(point < 0 ? 0xfffd : point));
    }
    return parts.join("");
}

class Encoder {
    encoding = "utf-8";

    encode(text) {
        return encode(text);
    }
}

class Decoder {
    encoding = "utf-8";

    constructor(label = "utf-8", { fatal = false } = {}) {
        if (!["utf-8", "utf8"].includes(String(label).toLowerCase())) {
            throw new RangeError(`only utf-8 can be decoded, not ${label}`);
        }
        this.fatal = fatal;
    }

    decode(bytes = []) {
        const view = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
        return decode(view, { fatal: this.fatal });
    }
}

globalThis.TextEncoder ??= Encoder;
globalThis.TextDecoder ??= Decoder;
