import type { SessionSummary } from '@holdfast/shared/contracts/http/session-summary-http.ts';
import type { ConfigVersions, CurrentConfig } from './config-versions.ts';

const freshMs = 10_000;
const keptAtMost = 10_000;

interface Known {
  readonly atMs: number;
  readonly config: CurrentConfig | undefined;
}

/** Whether sessions run on what is configured. Comparing reads all of a task, so what was found counts for some seconds. */
export class ConfigChanges {
  readonly #versions: Pick<ConfigVersions, 'current'>;
  readonly #known = new Map<number, Known>();

  constructor(versions: Pick<ConfigVersions, 'current'>) {
    this.#versions = versions;
  }

  /** By task. @throws DatabaseUnavailable */
  async of(
    sessions: readonly {
      readonly task_id: number;
      readonly config_version: number;
      readonly version_hash: string | null;
    }[],
  ): Promise<ReadonlyMap<number, SessionSummary['config']>> {
    const nowMs = performance.now();
    const isFresh = (known: Known | undefined) => known !== undefined && nowMs - known.atMs <= freshMs;
    const stale = new Set(
      sessions.map(({ task_id }) => task_id).filter((id) => !isFresh(this.#known.get(id))),
    );
    const found = await this.#versions.current([...stale]);
    if (this.#known.size + stale.size > keptAtMost) this.#known.clear();
    for (const id of stale) this.#known.set(id, { atMs: nowMs, config: found.get(id) });
    return new Map(
      sessions.map(({ task_id, config_version: version, version_hash }) => {
        const { newest, hash } = this.#known.get(task_id)?.config ?? {};
        return [
          task_id,
          {
            version,
            newest_version: newest ?? null,
            is_changed: hash === undefined || version_hash === null ? null : hash !== version_hash,
          },
        ];
      }),
    );
  }
}
