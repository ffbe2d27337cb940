import type { TaskConfig } from '@holdfast/shared/contracts/task-config.ts';
import type { GrantedSites } from '../access/granted-sites.ts';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import type { Database } from '../database/open-database.ts';
import type { TaskConfigs } from '../ports.ts';

/** Site codes of a snapshot's devices; an empty code stands for devices without a site. */
export function siteCodesOf({ devices }: Pick<TaskConfig, 'devices'>): string[] {
  return [...new Set(devices.map(({ site_code }) => site_code))].sort();
}

export interface VersionSites {
  /**
   * The sites that a version's devices had, as `siteCodesOf`. A version whose snapshot is lost counts as one with a device
   * without a site, since its sites are unknown. @throws BrokerUnavailable while PostgreSQL is unavailable too
   */
  of(taskId: number, version: number): Promise<readonly string[]>;
}

const keptAtMost = 10_000;

/** Whether a caller may see everything of a session. @throws BrokerUnavailable while PostgreSQL is unavailable too */
export async function isWholeAt(
  granted: GrantedSites,
  session: {
    readonly task_id: number;
    readonly config_version: number;
    readonly site_codes?: readonly string[] | null | undefined;
  },
  versions: VersionSites,
): Promise<boolean> {
  if (granted === 'everywhere') return true;
  const codes = session.site_codes ?? (await versions.of(session.task_id, session.config_version));
  return codes.every((code) => granted.includes(code));
}

/** Reads the sites of versions; versions never change, so what was read once is kept. */
export function versionSites({
  database,
  taskConfigs,
}: {
  readonly database: Database;
  readonly taskConfigs: () => Pick<TaskConfigs, 'load'>;
}): VersionSites {
  const sitesByVersion = new Map<string, readonly string[]>();

  const fromDatabase = async (taskId: number, version: number): Promise<readonly string[] | undefined> => {
    try {
      const row = await database
        .selectFrom('task_config_versions')
        .select('site_codes')
        .where('task_id', '=', taskId)
        .where('version', '=', version)
        .executeTakeFirst();
      return row?.site_codes;
    } catch (error) {
      if (error instanceof DatabaseUnavailable) return undefined;
      throw error;
    }
  };

  return {
    of: async (taskId, version) => {
      const key = `${taskId}/${version}`;
      const cachedSites = sitesByVersion.get(key);
      if (cachedSites) return cachedSites;
      let siteCodes = await fromDatabase(taskId, version);
      if (!siteCodes) {
        const loaded = await taskConfigs().load(String(taskId), version);
        if (!loaded.ok) return [''];
        siteCodes = siteCodesOf(loaded.config);
      }
      if (sitesByVersion.size >= keptAtMost) sitesByVersion.clear();
      sitesByVersion.set(key, siteCodes);
      return siteCodes;
    },
  };
}
