import { sql } from 'kysely';
import { DatabaseUnavailable } from '../database/database-unavailable.ts';
import type { Database } from '../database/open-database.ts';

/** How soon open streams follow a device that moves to another site. */
const readEveryMs = 2_000;

export interface DeviceSites {
  /** Resolves when the sites are as fresh as can be had; they stay so until `end` is called. */
  follow(): Promise<FollowedSites>;
}

export interface FollowedSites {
  /**
   * The code of the site where a device is now, empty at none, or undefined for one that is no longer configured. While
   * PostgreSQL has never answered, the site that it had when its session was configured.
   */
  siteOf(device: { readonly device_id: string; readonly site: string }): string | undefined;
  end(): void;
}

/**
 * Where devices are in the configuration, as history has them: a sample names the site of its session's version, which
 * stays when the device moves. It is read again and again while streams are open; while PostgreSQL is unavailable, the
 * last answer counts.
 */
export function deviceSites(database: Database): DeviceSites {
  let sites: ReadonlyMap<string, string> | undefined;
  let followers = 0;
  let reading: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const read = async (): Promise<void> => {
    try {
      const { rows } = await sql<{ all: Record<string, string> }>`
        select coalesce(json_object_agg(devices.id, coalesce(sites.code, '')), '{}') as "all"
        from devices left join sites on sites.id = devices.site_id`.execute(database);
      sites = new Map(Object.entries(rows[0]?.all ?? {}));
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
    }
  };
  /** Those who come while it is read share the answer. */
  const readOnce = (): Promise<void> => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };

  return {
    follow: async () => {
      followers += 1;
      timer ??= setInterval(() => void readOnce().catch(() => undefined), readEveryMs).unref();
      let hasEnded = false;
      const end = () => {
        if (hasEnded) return;
        hasEnded = true;
        followers -= 1;
        if (followers > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
      try {
        await readOnce();
      } catch (error) {
        end();
        throw error;
      }
      return { siteOf: ({ device_id, site }) => (sites ? sites.get(device_id) : site), end };
    },
  };
}
