import type { LogStream } from './log-stream.ts';
import { changesBetween, type SourceWatch } from './source-watch.ts';
import type { SupervisedChild } from './supervised-child.ts';

export interface Reloadable {
  readonly child: SupervisedChild;
  /** Folders, relative to the project's root, whose changes concern this child. */
  readonly folders: readonly string[];
}

/**
 * Restarts children whose sources have changed, until `stop` is aborted. A process has ended, drained or at its deadline,
 * before its successor starts: two processes of one collector would fight for its lease.
 * @param stages in the order of `StagedChildren`
 */
export async function reloadOnChange(
  watch: SourceWatch,
  stages: readonly (readonly Reloadable[])[],
  logs: LogStream,
  stop: AbortSignal,
): Promise<void> {
  stop.addEventListener('abort', () => watch.close());
  const snapshots = new Map<Reloadable, Awaited<ReturnType<SourceWatch['look']>>>();
  for (const each of stages.flat()) snapshots.set(each, await watch.look(each.folders));
  // Said only now, because changes before this point go unnoticed.
  logs.say('  watching the sources of the services: what changes is restarted', {
    watching: [...new Set(stages.flat().flatMap(({ folders }) => folders))],
  });
  while (!stop.aborted) {
    await watch.hint();
    if (stop.aborted) return;
    const changed = new Set<string>();
    const affected = new Set<Reloadable>();
    for (const [each, before] of snapshots) {
      const now = await watch.look(each.folders);
      const changes = changesBetween(before, now);
      if (changes.length === 0) continue;
      snapshots.set(each, now);
      affected.add(each);
      for (const file of changes) changed.add(file);
    }
    if (affected.size === 0 || stop.aborted) continue;
    const names = [...affected].map(({ child }) => child.name);
    logs.say(`↻ ${summaryOf([...changed])} changed: restarting ${names.join(', ')}`, {
      reloading: names,
      changed: [...changed],
    });
    // The supervisor stops first, as at the end of the stack: else it would move sessions of collectors that soon return.
    for (const stage of stages.toReversed()) {
      await Promise.all(stage.filter((each) => affected.has(each)).map(({ child }) => child.halt()));
    }
    if (stop.aborted) return;
    for (const { child } of affected) child.resume();
  }
}

function summaryOf(files: readonly string[]): string {
  const [first = '', ...others] = files;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
