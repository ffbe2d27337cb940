const quote = 0x22;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;

const decoder = new TextDecoder();

/** Far more digits than a double has, and few enough that no such number is infinite. */
const digitsAtMost = 40;
/** Objects with more names than this are read in the ordinary way. */
const namesAtMost = 2_000;

/**
 * Bytes that may be in a name: printable ASCII without what line protocol or JSON escapes. Names with other
 * characters are as good. They are read in the ordinary way.
 */
const isNameByte = new Uint8Array(256);
for (let byte = 0x21; byte < 0x7f; byte++) isNameByte[byte] = 1;
for (const escaped of ['"', '\\', ',', '=']) isNameByte[escaped.charCodeAt(0)] = 0;

/** Names of one object by hash: a power of two, several times `namesAtMost`. */
const slots = 8_192;
const hashes = new Int32Array(slots);
/** Known to this process alone: no other process can choose names of one hash. */
const multiplier = (Math.floor(Math.random() * 0x4000_0000) * 2 + 0x4000_0001) | 0;
/** In which round a slot was taken: so nothing needs to be emptied. */
const rounds = new Float64Array(slots);
let round = 0;

export interface PlainMembers {
  readonly count: number;
  /** The same for the same names in the same order, within this process. */
  readonly namesMark: number;
}

/**
 * Counts the members of a JSON object from the byte after `{` up to the byte before `}`, when they are plain: each a
 * different name of printable ASCII without blank, comma, equals sign, quote and backslash, each a boolean or a number
 * without exponent, neither −0 nor of more than 40 digits, nothing in between. Undefined for anything else, even if it
 * is good JSON, and for no members at all.
 *
 * Numbers that pass are finite and read as the same double by everybody who rounds correctly; so a program that passes
 * them on need not read them.
 */
export function plainMembers(bytes: Uint8Array, from: number, to: number): PlainMembers | undefined {
  round += 1;
  let count = 0;
  let namesMark = 0;
  for (let at = from; ; ) {
    if (bytes[at++] !== quote) return undefined;
    const nameFrom = at;
    let hash = 0;
    while (at < to && isNameByte[bytes[at] as number] === 1) {
      hash = (Math.imul(hash, multiplier) + (bytes[at] as number)) | 0;
      at += 1;
    }
    if (at === nameFrom || bytes[at] !== quote || bytes[at + 1] !== colon) return undefined;
    if (count === namesAtMost || !isNew(hash)) return undefined;
    namesMark = Math.imul(namesMark ^ hash, multiplier) ^ (namesMark >>> 15);
    at = endOfPlainValue(bytes, at + 2, to);
    if (at === 0) return undefined;
    count += 1;
    if (at === to) return { count, namesMark };
    if (bytes[at++] !== comma) return undefined;
  }
}

/** The names of members that `plainMembers` has counted. */
export function plainNames(bytes: Uint8Array, from: number, to: number): string[] {
  const names: string[] = [];
  for (let at = from; at < to; ) {
    const nameFrom = at + 1;
    const nameTo = bytes.indexOf(quote, nameFrom);
    names.push(decoder.decode(bytes.subarray(nameFrom, nameTo)));
    const next = bytes.indexOf(comma, nameTo);
    at = next === -1 || next >= to ? to : next + 1;
  }
  return names;
}

/** Two names of one hash count as the same. That costs time, once in a thousand million objects. */
function isNew(hash: number): boolean {
  let slot = (hash ^ (hash >>> 13)) & (slots - 1);
  while (rounds[slot] === round) {
    if (hashes[slot] === hash) return false;
    slot = (slot + 1) & (slots - 1);
  }
  rounds[slot] = round;
  hashes[slot] = hash;
  return true;
}

/** 0 when there is no plain value. */
function endOfPlainValue(bytes: Uint8Array, from: number, to: number): number {
  const first = bytes[from] as number;
  const integerFrom = first === minus ? from + 1 : from;
  const integerTo = endOfDigits(bytes, integerFrom, to);
  if (integerTo === integerFrom) return endOfBoolean(bytes, from, to);
  const beginsWithZero = bytes[integerFrom] === zero;
  // JSON has no such numbers.
  if (beginsWithZero && integerTo > integerFrom + 1) return 0;
  let end = integerTo;
  if (bytes[end] === dot && end < to) {
    end = endOfDigits(bytes, integerTo + 1, to);
    if (end === integerTo + 1) return 0;
  }
  if (end - integerFrom > digitsAtMost) return 0;
  // −0, −0.0 and the like: a double keeps the sign, its text does not.
  if (first === minus && beginsWithZero) {
    let nonZero = false;
    for (let at = integerTo + 1; at < end; at++) if (bytes[at] !== zero) nonZero = true;
    if (!nonZero) return 0;
  }
  return end;
}

function endOfDigits(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] as number) >= zero && (bytes[at] as number) <= nine) at += 1;
  return at;
}

const booleans = ['true', 'false'].map((text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0)));

function endOfBoolean(bytes: Uint8Array, from: number, to: number): number {
  for (const boolean of booleans) {
    const end = from + boolean.length;
    if (end <= to && boolean.every((byte, index) => bytes[from + index] === byte)) return end;
  }
  return 0;
}
