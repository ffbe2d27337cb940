import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { idPattern } from '@holdfast/shared/contracts/subjects.ts';
import { isDriverLabel } from '@holdfast/shared/domain/placement/driver-labels.ts';
import { defaultCapacity } from '@holdfast/shared/identities/collector-identities.ts';
import { parseLabels } from '@holdfast/shared/identities/collector-labels.ts';
import {
  commonSettings,
  type Environment,
  leaseSettings,
  readConfig,
  setting,
  streamSettings,
} from '@holdfast/shared/runtime/config.ts';
import { networkProblem } from '@holdfast/shared/runtime/networks.ts';
import { schemaMessage } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';

export const collectorSettings = z.object({
  ...commonSettings,
  ...leaseSettings,
  ...streamSettings,
  COLLECTOR_ID: z
    .string()
    .regex(idPattern, 'may hold letters, digits, "-" and "_", 64 at most')
    .default(() =>
      hostname()
        .replace(/[^A-Za-z0-9_-]/g, '-')
        .slice(0, 64),
    )
    .meta({
      description:
        'Stable name: at most 64 letters, digits, `-` and `_`. A collector that restarts under its name gets its sessions back at once. Of two processes with one name, one polls and the other waits',
      defaultInWords: 'host name',
    }),
  COLLECTOR_LABELS: z
    .string()
    .default('')
    .transform((text, context) => {
      const labels = parseLabels(text);
      if (typeof labels !== 'string') {
        const driverLabel = Object.keys(labels).find(isDriverLabel);
        if (driverLabel === undefined) return labels;
        context.addIssue({
          code: 'custom',
          message: `must be without ${driverLabel}: a collector tells its drivers by itself`,
        });
        return {};
      }
      context.addIssue({ code: 'custom', message: labels });
      return {};
    })
    .meta({
      description:
        'Labels that tasks may require: `site=hall-1,network=plant-a`. A collector with an account of its own has the labels of its [identity](docs/nats.md#who-may-do-what). A label for each driver, such as `driver.modbus_tcp=yes`, is added',
      defaultInWords: 'none',
    }),
  LOCK_DIR: z.string().optional().meta({
    description:
      'Folder for the socket by which a restarted collector proves that its predecessor is dead, so that a crash costs a second instead of the lease. It must outlast a restart of the process. Set it where the path of `SPOOL_DIR` is longer than 75 bytes',
    defaultInWords: '`SPOOL_DIR`',
  }),
  DEVICE_NETWORKS: setting
    .list()
    .default([])
    .superRefine((networks, context) => {
      for (const network of networks) {
        const message = networkProblem(network);
        if (message) context.addIssue({ code: 'custom', message: schemaMessage(message) });
      }
    })
    .meta({
      description:
        'Networks in which devices may be reached, such as `192.168.10.0/24,10.0.0.0/8`; the address of the actual connection counts. Unset: every address except loopback, link-local and multicast, addresses that embed another one (Teredo, local NAT64), and the metadata services of clouds',
      defaultInWords: 'see there',
    }),
  DEVICE_DENIED_HOSTS: setting.list().default([]).meta({
    description:
      '`host` or `host:port` of servers that are not devices, separated by commas, whatever `DEVICE_NETWORKS` allows. NATS servers are always denied',
    defaultInWords: 'none',
  }),
  DEVICE_SECRETS: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder with a file for each secret (password, certificate, key) that a device’s connection names: `{"secret": "mqtt-password"}`. Only collectors read them, at each connection; nothing else of Holdfast stores or shows them. Every collector that may read the device needs the file, and `bindings.json` in the same folder, which says [which sites and hosts](docs/security.md#secrets-of-devices) may use each',
    ),
  SERIAL_PATHS: setting
    .list()
    .default(['/dev/tty', '/dev/serial/', '/dev/cu.', '/dev/rfcomm'])
    .describe('Prefixes of the paths that may be opened as serial lines, separated by commas'),
  COLLECTOR_CAPACITY: setting
    .integer(1, 100_000)
    .default(defaultCapacity)
    .describe('Sessions that it may hold, but no more than its identity allows'),
  DEVICE_BACKOFF_MAX_MS: setting
    .integer(100, 3_600_000)
    .default(10_000)
    .describe('Longest pause before a device that does not answer is tried again'),
  DEVICE_REFUSED_PAUSE_MS: setting
    .integer(100, 3_600_000)
    .default(30_000)
    .describe(
      'Pause before a point that its device refused is tried again; it doubles each time, up to twenty times as long',
    ),
  POLL_SPREAD_PERCENT: setting
    .integer(0, 90)
    .default(50)
    .describe(
      'Part of their period over which devices are spread, so that a fleet is not polled at once; at most 5 s',
    ),
  SAMPLE_BUFFER_MAX: setting
    .integer(100, 10_000_000)
    .default(100_000)
    .describe(
      'Messages kept in memory while NATS does not accept them; further ones go to the spool on disk',
    ),
  SPOOL_DIR: z
    .string()
    .default(() => join(tmpdir(), 'holdfast', 'spool'))
    .meta({
      description:
        'Folder for samples that wait longer than a second or two. Collectors may share it: each has a subfolder, and another collector sends what a vanished one has left. It must outlast a restart of the process: choose another one where temporary files are deleted. If it cannot be written, the log says so at the start',
      defaultInWords: '`holdfast/spool` in the folder for temporary files',
    }),
  SPOOL_MAX_BYTES: setting
    .integer(0, Number.MAX_SAFE_INTEGER)
    .refine((bytes) => bytes === 0 || bytes >= 1_048_576, 'must be 0 or a whole number of 1048576 or more')
    .default(1_073_741_824)
    .describe(
      'Bytes on disk, at least 1 MiB. When the spool is full, the oldest samples are dropped, counted and become gaps. 0: nothing is spooled; older spooled samples are still sent',
    ),
  SPOOL_FSYNC: setting
    .oneOf(['append', 'never'])
    .default('append')
    .describe(
      '`append`: spooled samples survive a power failure; `never`: they survive only the end of the process, with less work for the disk',
    ),
  STATUS_INTERVAL_MS: setting
    .integer(200, 60_000)
    .default(2_000)
    .describe('How often the live state of a session is written'),
  DRAIN_TIMEOUT_MS: setting
    .integer(1_000, 600_000)
    .default(20_000)
    .describe('Longest time for a drain. Whatever stops the process must wait longer before it kills it'),
});

export type CollectorConfig = z.infer<typeof collectorSettings>;

/** @throws ConfigError */
export function collectorConfig(environment: Environment = process.env): CollectorConfig {
  return readConfig(collectorSettings, environment);
}
