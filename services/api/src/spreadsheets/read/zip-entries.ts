import { crc32, createInflateRaw } from 'node:zlib';
import { spreadsheetsText } from '../texts.ts';
import { fileLimits, ListFileRefused } from './list-file.ts';

interface Entry {
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly headerAt: number;
}

const directoryEnd = 0x0605_4b50;
const directoryEntry = 0x0201_4b50;
const localHeader = 0x0403_4b50;
const entriesAtMost = 2_000;
const inUtf8 = 0x0800;
const isEncrypted = 0x0001;

/**
 * A ZIP archive, read by its central directory. Entries are unpacked as they are read, never beyond what is left of the
 * bound for all of them: the sizes that an archive states are not trusted. No library does this, because the same bytes must
 * be judged and read, and a library behind a guard may find another archive in them.
 */
export class ZipEntries {
  readonly #bytes: Buffer;
  readonly #entries: ReadonlyMap<string, Entry>;
  #bytesLeft: number = fileLimits.unpackedBytes;

  /** @throws ListFileRefused */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#entries = directoryOf(bytes);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The content of an entry, unpacked as it is read, or undefined if there is no such entry. */
  content(name: string): AsyncIterable<Uint8Array> | undefined {
    const entry = this.#entries.get(name);
    return entry && this.#unpacked(entry);
  }

  /** @throws ListFileRefused */
  async *#unpacked({ method, crc, packedBytes, headerAt }: Entry): AsyncGenerator<Uint8Array> {
    const bytes = this.#bytes;
    if (headerAt + 30 > bytes.length || bytes.readUInt32LE(headerAt) !== localHeader) throw damaged();
    const from = headerAt + 30 + bytes.readUInt16LE(headerAt + 26) + bytes.readUInt16LE(headerAt + 28);
    const packed = bytes.subarray(from, from + packedBytes);
    if (packed.length !== packedBytes) throw damaged();
    let sum = 0;
    for await (const chunk of method === 0 ? slices(packed) : inflated(packed)) {
      this.#bytesLeft -= chunk.length;
      if (this.#bytesLeft < 0) throw tooLarge();
      sum = crc32(chunk, sum);
      yield chunk;
    }
    if (sum !== crc) throw damaged();
  }
}

const chunkBytes = 65_536;

function* slices(bytes: Buffer): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

async function* inflated(packed: Buffer): AsyncGenerator<Uint8Array> {
  const stream = createInflateRaw({ chunkSize: chunkBytes });
  stream.end(packed);
  const chunks = stream[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value, done } = await chunks.next().catch((error: unknown) => {
        throw damaged(error);
      });
      if (done === true) return;
      yield value;
    }
  } finally {
    stream.destroy();
  }
}

function directoryOf(bytes: Buffer): ReadonlyMap<string, Entry> {
  const end = endOf(bytes);
  const count = bytes.readUInt16LE(end + 10);
  if (count > entriesAtMost) throw damaged();
  const entries = new Map<string, Entry>();
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== directoryEntry) throw damaged();
    const flags = bytes.readUInt16LE(at + 8);
    const method = bytes.readUInt16LE(at + 10);
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.subarray(at + 46, at + 46 + nameLength);
    const entryName = name.toString((flags & inUtf8) === 0 ? 'latin1' : 'utf8');
    if ((flags & isEncrypted) !== 0 || (method !== 0 && method !== 8)) throw damaged();
    // Two entries of one name are refused: which of them a spreadsheet shows is undefined.
    if (entries.has(entryName)) throw damaged();
    entries.set(entryName, {
      method,
      crc: bytes.readUInt32LE(at + 16),
      packedBytes: bytes.readUInt32LE(at + 20),
      headerAt: bytes.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function endOf(bytes: Buffer): number {
  const longestComment = 0xffff;
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - longestComment); at -= 1) {
    if (bytes.readUInt32LE(at) === directoryEnd) return at;
  }
  throw damaged();
}

function damaged(cause?: unknown): ListFileRefused {
  return new ListFileRefused(spreadsheetsText('the_workbook_is_damaged_or_packed'), { cause });
}

function tooLarge(): ListFileRefused {
  const mebibytes = fileLimits.unpackedBytes / 1_048_576;
  return new ListFileRefused(spreadsheetsText('unpacked_the_workbook_is_larger_than', { mebibytes }));
}
