import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCapacity } from '@holdfast/shared/contracts/collector-identities.ts';
import { parseLabels } from '@holdfast/shared/contracts/collector-labels.ts';
import { isDriverLabel } from '@holdfast/shared/contracts/driver-labels.ts';
import { idPattern } from '@holdfast/shared/contracts/subjects.ts';
import {
  commonSettings,
  type Environment,
  leaseSettings,
  readConfig,
  setting,
  streamSettings,
} from '@holdfast/shared/runtime/config.ts';
import { networkProblem } from '@holdfast/shared/runtime/networks.ts';
import * as z from 'zod';

const settings = z.object({
  ...commonSettings,
  ...leaseSettings,
  ...streamSettings,
  /** Stable name of this collector; a restart under the same id gets its work back at once. */
  COLLECTOR_ID: z
    .string()
    .regex(idPattern, 'may hold letters, digits, "-" and "_", 64 at most')
    .default(() =>
      hostname()
        .replace(/[^A-Za-z0-9_-]/g, '-')
        .slice(0, 64),
    ),
  /** Labels that tasks may require of a collector: `site=hall-1,network=plant-a`. */
  COLLECTOR_LABELS: z
    .string()
    .default('')
    .transform((text, context) => {
      const labels = parseLabels(text);
      if (typeof labels !== 'string') {
        const named = Object.keys(labels).find(isDriverLabel);
        if (named === undefined) return labels;
        context.addIssue({
          code: 'custom',
          message: `must be without ${named}: a collector tells its drivers by itself`,
        });
        return {};
      }
      context.addIssue({ code: 'custom', message: labels });
      return {};
    }),
  /**
   * Folder for the socket by which a restarted collector proves that its predecessor on this machine is dead; SPOOL_DIR
   * unless set, because it must outlast the restart too.
   */
  LOCK_DIR: z.string().optional(),
  /**
   * Networks in which devices may be reached, such as `192.168.10.0/24,10.0.0.0/8`. When unset: every address but
   * loopback, link-local and group addresses, and others that never hold a device.
   */
  DEVICE_NETWORKS: setting
    .list()
    .default([])
    .superRefine((networks, context) => {
      for (const network of networks) {
        const message = networkProblem(network);
        if (message) context.addIssue({ code: 'custom', message });
      }
    }),
  /** `host` or `host:port` of servers that are no devices, whatever DEVICE_NETWORKS allows. NATS is always one of them. */
  DEVICE_DENIED_HOSTS: setting.list().default([]),
  /** Folder with the secrets that device connections name, one file each. When unset, there are none. */
  DEVICE_SECRETS: z.string().min(1).optional(),
  /** Beginnings of the paths that may be opened as serial lines. */
  SERIAL_PATHS: setting.list().default(['/dev/tty', '/dev/serial/', '/dev/cu.', '/dev/rfcomm']),
  /** How many sessions this collector may hold. */
  COLLECTOR_CAPACITY: setting.integer(1, 100_000).default(defaultCapacity),
  /** Longest pause before a device that does not answer is asked again. */
  DEVICE_BACKOFF_MAX_MS: setting.integer(100, 3_600_000).default(10_000),
  /** Pause before a refused point is asked for again; it doubles each time, up to twenty times as much. */
  DEVICE_REFUSED_PAUSE_MS: setting.integer(100, 3_600_000).default(30_000),
  /** Share of its period over which a fleet of devices is spread, so that not all are asked at once; 5 s at most. */
  POLL_SPREAD_PERCENT: setting.integer(0, 90).default(50),
  /** Samples kept in memory while the broker does not take them; beyond that they go to the spool. */
  SAMPLE_BUFFER_MAX: setting.integer(100, 10_000_000).default(100_000),
  /** Folder for samples that wait for longer than a second or two; must outlast a restart of the process. */
  SPOOL_DIR: z.string().default(() => join(tmpdir(), 'holdfast', 'spool')),
  /** Bytes on disk; beyond that the oldest samples are lost, counted and become gaps. 0: nothing is spooled. */
  SPOOL_MAX_BYTES: setting
    .integer(0, Number.MAX_SAFE_INTEGER)
    .refine((bytes) => bytes === 0 || bytes >= 1_048_576, 'must be 0 or a whole number of 1048576 or more')
    .default(1_073_741_824),
  /**
   * `append`: spooled samples survive a power cut; `never`: they survive only the death of the process, with less work
   * for the disk.
   */
  SPOOL_FSYNC: setting.oneOf(['append', 'never']).default('append'),
  STATUS_INTERVAL_MS: setting.integer(200, 60_000).default(2_000),
  /** Longest time for a drain; a process supervisor must wait longer than this before it kills. */
  DRAIN_TIMEOUT_MS: setting.integer(1_000, 600_000).default(20_000),
});

export type CollectorConfig = z.infer<typeof settings>;

/** @throws ConfigError */
export function collectorConfig(environment: Environment = process.env): CollectorConfig {
  return readConfig(settings, environment);
}
