import { checkSampleStoreSettings, sampleStoreSettings } from '@holdfast/sample-store/open-sample-store.ts';
import { type Environment, readConfig, setting } from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';

const MIB = 1_048_576;

/** `DATABASE_URL` is left out: the database that records ticks is the stack's own. */
const { DATABASE_URL: _, ...storeSettings } = sampleStoreSettings;

export const stackSettings = z.object({
  API_HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe(
      'Address that the API listens on. Callers from other machines need a [key](docs/api.md#access)',
    ),
  API_PORT: setting.port().default(8000).describe('Port of the API; 0 takes a free one'),
  API_ANONYMOUS_LOOPBACK: setting
    .flag()
    .default(true)
    .describe(
      'As for the API, but also when there are keys. With `false` the stack uses its own key, `.holdfast/admin-key`',
    ),
  NATS_PORT: setting.port().optional().meta({
    description: 'Port of the stack’s own NATS',
    defaultInWords: '4222, or a free one where that is taken',
  }),
  COLLECTORS: setting.integer(1, 32).default(2).describe('Number of collectors'),
  HOLDFAST_HOME: z.string().min(1).default('.holdfast').describe('Folder of all data and secrets'),
  LOG_LEVEL: setting.logLevel().default('info').describe('Least severe level that is logged'),
  // Reserved on disk when the streams are created: less than in production, for laptops.
  SESSIONS_MAX_BYTES: setting
    .integer(MIB, Number.MAX_SAFE_INTEGER)
    .default(256 * MIB)
    .describe('Size of the event log, smaller than elsewhere'),
  SAMPLES_MAX_BYTES: setting
    .integer(MIB, Number.MAX_SAFE_INTEGER)
    .default(1024 * MIB)
    .describe('Size of the stream of samples, smaller than elsewhere'),
  AUDIT_MAX_BYTES: setting
    .integer(MIB, Number.MAX_SAFE_INTEGER)
    .default(128 * MIB)
    .describe('Size of the audit log, smaller than elsewhere'),
  DEVICE_NETWORKS: z
    .string()
    .default('127.0.0.0/8,::1/128')
    .describe(
      'Networks in which devices may be reached: by default the simulated plant only. With your devices: `192.168.10.0/24,127.0.0.0/8`',
    ),
  ...storeSettings,
});
const schema = stackSettings.superRefine((config, context) =>
  checkSampleStoreSettings({ ...config, DATABASE_URL: 'of the stack itself' }, context),
);

export type StackConfig = z.infer<typeof schema>;

/** @throws ConfigError */
export function stackConfig(environment: Environment = process.env): StackConfig {
  return readConfig(schema, environment);
}

export const HELP = `Holdfast on this machine: NATS, PostgreSQL, a simulated plant and all services, as processes of their own.

  npm start                starts it and stays in the foreground; Ctrl+C stops it, and sessions go on at the next start
  npm run dev              the same, and a service whose sources change is restarted (also: npm start -- --watch).
                           Changes in dev/ and of packages take effect at the next start
  npm start -- --edge      API, supervisor, alarms, writer and one collector are one process: for a machine with little memory
  npm start -- --verbose   log lines on a terminal have all of their fields, not only what a person needs
  npm start -- --help      this text

Settings come from the environment, for example  API_PORT=8001 npm start

  API_PORT        port of the HTTP API                     8000     0: a free one
  API_HOST        address that the API listens on          127.0.0.1
  NATS_PORT       port of the stack's own nats-server      4222, or a free one where that is taken
  COLLECTORS      how many collectors                      2
  HOLDFAST_HOME   folder of all data and secrets           .holdfast
  LOG_LEVEL       trace, debug, info, warn, error          info
  API_ANONYMOUS_LOOPBACK  false: callers on this machine need a key or a login as well
  SAMPLE_STORE    where values go: postgres or influx      postgres
  DEVICE_NETWORKS where devices may be reached             127.0.0.0/8,::1/128 (this machine), for example 192.168.10.0/24,127.0.0.0/8

With influx they go to an InfluxDB 2 of yours, which is asked at the start whether it takes them: INFLUX_URL, INFLUX_TOKEN
(INFLUX_TOKEN_FILE), INFLUX_ORG and INFLUX_BUCKET (both holdfast unless set), INFLUX_TLS_CA_FILE.

Anything else in the environment reaches the services, for example LEASE_TTL_MS or DISABLE_SESSION_RECOVERY.
On a terminal logs are readable lines in local time (TZ), elsewhere JSON lines. HOLDFAST_HOME/running.json holds addresses and
process ids while it runs, HOLDFAST_HOME/database-url the address of the database, for backups, and
HOLDFAST_HOME/admin-key the first key of the API, which the first start also shows. HOLDFAST_HOME/secrets has the keys by which NATS
lets in services and you, no other user of this machine: NATS_CONTEXT=HOLDFAST_HOME/nats-context.json nats … HOLDFAST_HOME/holdfast.log has all log lines of all
starts as JSON lines, 32 MiB of them at most.
Whoever is on this machine may use the API without a key, also when there are keys, unless API_ANONYMOUS_LOOPBACK=false; web
pages from elsewhere that a browser here shows may not.
`;
