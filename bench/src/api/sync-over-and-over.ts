import { randomBytes } from 'node:crypto';
import { fsyncSync, openSync, writeSync } from 'node:fs';

/** A process of its own: writes so many bytes into a file and syncs them, over and over, until it is ended. */
const [, , file = '', bytes = ''] = process.argv;
const piece = randomBytes(Number(bytes));
const target = openSync(file, 'w', 0o600);
console.log('writes');
// Writes the same few pieces again, so that the file does not grow with time.
const pieces = 64;
for (let turn = 0; ; turn += 1) {
  writeSync(target, piece, 0, piece.length, (turn % pieces) * piece.length);
  fsyncSync(target);
}
