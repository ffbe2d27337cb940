import { randomBytes } from 'node:crypto';

const letters = 'abcdefghijklmnopqrstuvwxyz234567';

/** 80 random bits behind a prefix: `u-…`, `l-…`. */
export function randomId(prefix: string): string {
  return `${prefix}-${Array.from(randomBytes(16), (byte) => letters[byte % 32]).join('')}`;
}
