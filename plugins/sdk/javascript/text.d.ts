// The types of text.js.

/** The bytes of a text in UTF-8. */
export function encode(text?: string): Uint8Array;
/** The text of bytes in UTF-8. What is not UTF-8 becomes U+FFFD, or is an error where `fatal` is set. */
export function decode(bytes?: ArrayLike<number>, options?: { fatal?: boolean }): string;
