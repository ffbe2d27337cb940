import { readFileSync } from 'node:fs';
import * as z from 'zod';

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a service's settings and reports every fault at once. For a setting `NAME` the file named by
 * `NAME_FILE` is read when that is set, so that secrets need not be in the environment.
 * @throws ConfigError
 */
export function readConfig<T extends z.ZodObject>(schema: T, environment: Environment): z.infer<T> {
  const faults = new Set<string>();
  const input: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const file = environment[`${name}_FILE`];
    const value = environment[name];
    if (file !== undefined && file !== '') {
      try {
        input[name] = readFileSync(file, 'utf8').trim();
      } catch (error) {
        faults.add(`${name}_FILE: cannot read ${file}: ${(error as Error).message}`);
      }
    } else if (value !== undefined && value !== '') {
      input[name] = value;
    }
  }
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) {
      const name = String(path[0]);
      faults.add(`${name}: ${message}${textOf(name, input[name], environment)}`);
    }
  }
  if (faults.size > 0 || !parsed.success) {
    throw new ConfigError(
      `The settings are not usable:\n${[...faults].map((fault) => `  - ${fault}`).join('\n')}`,
    );
  }
  return parsed.data;
}

/** Names of settings that are a secret, or an address that may hold one. */
const mayBeSecret = /(URL|SEED|TOKEN|KEY|CERT|CA|PASSWORD|SECRET)$/;
const shownAtMost = 80;

/** The value that was given, to show behind the allowed ones; the fault may be that there is none. */
function textOf(name: string, value: string | undefined, environment: Environment): string {
  if (value === undefined) return '';
  const file = environment[`${name}_FILE`];
  if (file) return ` (given by ${name}_FILE: what ${file} holds)`;
  if (mayBeSecret.test(name) || value.includes('@')) return ' (what is given is not shown)';
  const text = value.length > shownAtMost ? `${value.slice(0, shownAtMost)}…` : value;
  return ` (given: ${JSON.stringify(text)})`;
}

/** Building blocks for settings that arrive as text. */
export const setting = {
  text: () => z.string().min(1, 'must not be empty'),
  integer: wholeNumber,
  port: () => wholeNumber(0, 65535),
  flag: () =>
    z
      .enum(['true', 'false', '1', '0', 'yes', 'no'], { error: 'must be true or false' })
      .transform((value) => value === 'true' || value === '1' || value === 'yes'),
  oneOf: <const Values extends readonly [string, ...string[]]>(values: Values) =>
    z.enum(values, { error: `must be ${anyOf(values)}` }),
  logLevel: () => setting.oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
  /** The content of a PEM file, several certificates in a chain too; never shown. */
  pem: (kind: string) =>
    z
      .string()
      .refine(
        (text) => text.includes('-----BEGIN ') && text.includes(`${kind}-----`),
        `must be PEM with -----BEGIN ${kind}-----`,
      ),
  list: () =>
    z.string().transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    ),
};

function wholeNumber(min: number, max: number) {
  const error = `must be a whole number ${max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

function anyOf(values: readonly string[]): string {
  return [values.slice(0, -1).join(', '), ...values.slice(-1)].filter((text) => text !== '').join(' or ');
}

/** Where NATS is and who we are there; for {@link brokerAccess}. */
export const brokerSettings = {
  // Refused here without its text: the parser's own error would carry the password into the log.
  NATS_URL: z
    .string()
    .refine(
      isBrokerAddress,
      'must be nats://user:password@host:port, several with commas between; in a password, percent-encode what is no letter or digit',
    )
    .default('nats://127.0.0.1:4222')
    .describe(
      'Address of NATS; several servers are separated by commas. May hold user and password. With `tls://` only TLS is accepted',
    ),
  // Refused without its text, as above.
  NATS_NKEY_SEED: z
    .string()
    .regex(/^SU[A-Z2-7]{56}$/, 'must be the seed of a user: 58 characters that begin with SU')
    .optional()
    .describe(
      'Seed of the key that [identifies this service to the broker](docs/nats.md#who-may-do-what). A secret: set `NATS_NKEY_SEED_FILE` instead',
    ),
  // Read at the start as the setting above, and again at each connection.
  NATS_NKEY_SEED_FILE: setting
    .text()
    .optional()
    .describe(
      'File that holds the seed. It is read again at each connection, so a renewed key needs no restart',
    ),
  NATS_TLS_CA: setting
    .pem('CERTIFICATE')
    .optional()
    .describe(
      'Certificate of the authority that signed the broker’s certificate, as PEM; usually given by `NATS_TLS_CA_FILE`. With it only TLS is accepted. Files are read at the start',
    ),
  NATS_TLS_CERT: setting
    .pem('CERTIFICATE')
    .optional()
    .describe(
      'Certificate of this service, as PEM, where the broker asks for one; usually `NATS_TLS_CERT_FILE`',
    ),
  NATS_TLS_KEY: setting
    .pem('PRIVATE KEY')
    .optional()
    .describe('Private key of that certificate, as PEM; usually `NATS_TLS_KEY_FILE`'),
} as const;

/** Settings of a connection to NATS, in addition to its name. */
export interface BrokerAccess {
  /** `nats://user:password@host:port`, several with commas between; `tls://` asks for TLS. */
  readonly url: string;
  /** Seed of the nkey by which we are known there, instead of user and password. */
  readonly nkeySeed?: string | undefined;
  /** File that holds the seed, or a new one once it was renewed. */
  readonly nkeySeedFile?: string | undefined;
  /** PEM; with any of them only TLS will do. */
  readonly tls?: {
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  };
}

export function brokerAccess(config: z.infer<z.ZodObject<typeof brokerSettings>>): BrokerAccess {
  const { NATS_TLS_CA: ca, NATS_TLS_CERT: cert, NATS_TLS_KEY: key } = config;
  return {
    url: config.NATS_URL,
    nkeySeed: config.NATS_NKEY_SEED,
    nkeySeedFile: config.NATS_NKEY_SEED_FILE,
    ...((ca ?? cert ?? key) && { tls: { ca, cert, key } }),
  };
}

/** For a command that needs NATS and nothing else. @throws ConfigError */
export function readBrokerAccess(environment: Environment): BrokerAccess {
  return brokerAccess(readConfig(z.object(brokerSettings), environment));
}

/** Settings that every service has. */
export const commonSettings = {
  ...brokerSettings,
  LOG_LEVEL: setting.logLevel().default('info').describe('Least severe level that is logged'),
  HEALTH_PORT: setting
    .port()
    .default(0)
    .describe(
      'Port of `GET /health/live`, `/health/ready` and [`/metrics`](docs/reference/metrics.md); 0 turns them off',
    ),
  HEALTH_HOST: z.string().default('127.0.0.1').describe('Address that they listen on'),
} as const;

function isBrokerAddress(text: string): boolean {
  return text.split(',').every((each) => {
    const url = each.trim();
    if (!URL.canParse(url.includes('://') ? url : `nats://${url}`)) return false;
    try {
      return decodeURIComponent(url) !== '';
    } catch {
      return false;
    }
  });
}

/** How long a collector may poll, or a supervisor lead, without a fresh renewal. */
export const leaseSettings = {
  LEASE_TTL_MS: setting
    .integer(500, 600_000)
    .default(10_000)
    .describe(
      'How long a collector may poll after it sent its last confirmed renewal. A shorter time means a quicker failover. A broker of three nodes needs 4 to 9 s to elect a leader, which must not end every lease. A collector waits equally long for answers about its sessions',
    ),
  LEASE_RENEW_MS: setting.integer(100, 60_000).default(2_000).describe('How often the lease is renewed'),
  LEASE_MARGIN_MS: setting
    .integer(50, 60_000)
    .default(1_000)
    .describe('How much longer the others wait before they declare the collector dead'),
} as const;

/** Settings of those who give work to collectors. */
export const identitySettings = {
  COLLECTOR_IDENTITIES_FILE: setting
    .text()
    .optional()
    .describe(
      'File in which [`identity.mjs`](docs/nats.md#who-may-do-what) records the labels and capacity of collectors with accounts of their own; read again when it changes. Unset: each collector’s own claims are trusted',
    ),
} as const;

/** Sizes of the streams; the first service that starts creates them. */
export const streamSettings = {
  SESSIONS_MAX_BYTES: setting
    .integer(1_048_576, Number.MAX_SAFE_INTEGER)
    .default(1_073_741_824)
    .describe('Size of the event log. When it is full, commands are refused; an event takes about 0.5 KB'),
  SAMPLES_MAX_BYTES: setting
    .integer(1_048_576, Number.MAX_SAFE_INTEGER)
    .default(4_294_967_296)
    .describe(
      'Size of the stream in which samples wait for the writer. When it is full, the oldest are dropped',
    ),
  SAMPLES_MAX_AGE_HOURS: setting
    .integer(1, 24 * 365)
    .default(72)
    .describe('Age at which samples in that stream are dropped'),
  TASK_CONFIGS_MAX_BYTES: setting
    .integer(1_048_576, Number.MAX_SAFE_INTEGER)
    .default(536_870_912)
    .describe(
      'Space for the configurations that sessions run on: a snapshot of about 0.2 KB a point whenever a changed task is started. When it is full, changed tasks cannot be started',
    ),
  AUDIT_MAX_BYTES: setting
    .integer(1_048_576, Number.MAX_SAFE_INTEGER)
    .default(1_073_741_824)
    .describe(
      'Size of the audit log. When it is full, the oldest entries are dropped; an alert warns at 80 %',
    ),
  STREAM_REPLICAS: setting
    .integer(1, 5)
    .default(1)
    .describe(
      'Servers of a NATS cluster that hold each stream. A number above that of the servers is refused at the start; it [can be raised later](docs/nats.md#copies-and-sizes)',
    ),
} as const;

/** Those settings by the names under which the streams are made. */
export function streamBounds(config: z.infer<z.ZodObject<typeof streamSettings>>) {
  return {
    sessionsMaxBytes: config.SESSIONS_MAX_BYTES,
    samplesMaxBytes: config.SAMPLES_MAX_BYTES,
    samplesMaxAgeHours: config.SAMPLES_MAX_AGE_HOURS,
    taskConfigsMaxBytes: config.TASK_CONFIGS_MAX_BYTES,
    auditMaxBytes: config.AUDIT_MAX_BYTES,
    replicas: config.STREAM_REPLICAS,
  };
}
