import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { SessionCommand } from '../sessions/commands.tsx';

export type EntryGroup = 'sessions' | 'devices' | 'screens' | 'actions';

/** Something that the palette offers. */
export interface Entry {
  readonly id: string;
  readonly group: EntryGroup;
  readonly name: string;
  readonly detail?: string;
  /** Why the entry may not be chosen. */
  readonly forbidden?: string | undefined;
  run(): void;
}

/** Whether an entry contains all words of the search. */
export function matches({ name, detail = '' }: Pick<Entry, 'name' | 'detail'>, text: string): boolean {
  const all = `${name} ${detail}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

const commands = ['pause', 'resume', 'stop', 'recover'] as const satisfies readonly SessionCommand[];

/** Reads `pause press` as a command and a session, `press` as a session. @param words the commands' words in the language */
export function readCommand(
  text: string,
  words: Readonly<Record<SessionCommand, string>>,
): { readonly command: SessionCommand | undefined; readonly search: string } {
  const lower = text.toLowerCase();
  const command = commands.find(
    // Chinese has no blanks between its words.
    (each) =>
      lower === words[each] ||
      lower.startsWith(`${words[each]} `) ||
      (!/\w$/.test(words[each]) && lower.startsWith(words[each])),
  );
  return { command, search: command ? text.slice(words[command].length).trim() : text.trim() };
}

/** Whether a session takes a command in its present state. */
export function takes({ status, placement }: SessionSummary, command: SessionCommand): boolean {
  switch (command) {
    case 'pause':
      return status === 'running';
    case 'resume':
      return status === 'paused';
    case 'stop':
      return status !== 'stopped';
    case 'recover':
      return status === 'error' || (status === 'running' && placement?.state !== 'placed');
    default:
      return command satisfies never;
  }
}
