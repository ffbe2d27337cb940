import { type FSWatcher, watch } from 'node:fs';
import { glob, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Each source file with the time of its last change and its length. */
export type SourceState = ReadonlyMap<string, string>;

export interface SourceWatch {
  /** The present sources in the folders, without tests. */
  look(folders: readonly string[]): Promise<SourceState>;
  /** Resolves when something may have changed since the last call and all is quiet for a moment; also when closed. */
  hint(): Promise<void>;
  close(): void;
}

// An editor writes a file in several steps, and a checkout writes many files.
const QUIET_MS = 150;
// Where the system reports no changes (a network file system, no watches left), we look for them this often.
const LOOK_EVERY_MS = 1_000;

/** @param onUnwatched called with the reason why the system does not report changes */
export function watchSources(
  root: string,
  folders: readonly string[],
  onUnwatched: (reason: string) => void,
): SourceWatch {
  let hinted = Promise.withResolvers<void>();
  let quiet: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout | undefined;
  const changed = (): void => {
    clearTimeout(quiet);
    quiet = setTimeout(() => hinted.resolve(), QUIET_MS);
  };
  const lookRegularly = (error: Error): void => {
    if (looking !== undefined) return;
    onUnwatched(error.message);
    looking = setInterval(() => hinted.resolve(), LOOK_EVERY_MS);
  };
  const watchers = folders.flatMap((folder): FSWatcher[] => {
    try {
      return [watch(join(root, folder), { recursive: true }, changed).on('error', lookRegularly)];
    } catch (error) {
      lookRegularly(error as Error);
      return [];
    }
  });
  return {
    look: (of) => stateOf(root, of),
    hint: async () => {
      await hinted.promise;
      hinted = Promise.withResolvers();
    },
    close: () => {
      for (const watcher of watchers) watcher.close();
      clearTimeout(quiet);
      clearInterval(looking);
      hinted.resolve();
    },
  };
}

async function stateOf(root: string, folders: readonly string[]): Promise<SourceState> {
  const state = new Map<string, string>();
  for (const folder of folders) {
    for await (const file of glob('**/*.{ts,mjs,json,sql,yaml}', { cwd: join(root, folder) })) {
      if (/\.(test|contract)\.ts$|(^|\/)testing\//.test(file)) continue;
      const path = join(root, folder, file);
      // The file may be gone by now: the next look will show it.
      const stats = await stat(path).catch(() => undefined);
      if (stats?.isFile()) state.set(relative(root, path), `${stats.mtimeMs} ${stats.size}`);
    }
  }
  return state;
}

/** Files that are new, gone or changed. */
export function changesBetween(before: SourceState, after: SourceState): string[] {
  const files = new Set([...before.keys(), ...after.keys()]);
  return [...files].filter((file) => before.get(file) !== after.get(file)).sort();
}
