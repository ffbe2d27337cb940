import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fencedCommands } from './fenced-commands.ts';

const root = join(import.meta.dirname, '..', '..');

/** Commands of the NATS tool on a page, each once: those of its `sh` blocks, and the whole ones in its text and tables. */
export async function natsCommandsOf(page: string): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8');
  const fenced = fencedCommands(text).filter((command) => command.startsWith('nats '));
  // A whole command names a stream, a bucket or a subject.
  const inText = [...text.matchAll(/`(nats (?:stream|consumer|kv|object|sub) [^`]*[A-Z'][^`]*)`/g)];
  return [...new Set([...fenced, ...inText.map(([, command]) => command ?? '')])];
}
