import { checkSampleStoreSettings, sampleStoreSettings } from '@holdfast/sample-store/open-sample-store.ts';
import { parseApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { endedStatuses } from '@holdfast/shared/contracts/http/cleanup-http.ts';
import { demoConfigurationSchema } from '@holdfast/shared/contracts/http/demo-http.ts';
import {
  brokerSettings,
  commonSettings,
  type Environment,
  identitySettings,
  readConfig,
  setting,
  streamSettings,
} from '@holdfast/shared/runtime/config.ts';
import { networkProblem } from '@holdfast/shared/runtime/networks.ts';
import { schemaMessage } from '@holdfast/texts/schema-message.ts';
import * as z from 'zod';
import { checkCompanySettings, companySettings } from './company-settings.ts';
import { readTlsFiles, TlsFilesUnusable } from './tls/tls-files.ts';

export const apiSettings = z
  .object({
    ...brokerSettings,
    LOG_LEVEL: commonSettings.LOG_LEVEL,
    ...streamSettings,
    ...identitySettings,
    ...sampleStoreSettings,
    API_HOST: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address that it listens on. Callers from other machines need a [key](docs/api.md#access)'),
    API_PORT: setting.port().default(8000).describe('Port; 0 takes a free one and logs it'),
    API_PUBLISHED_PORT: setting.port().optional().meta({
      description:
        'Port by which this machine reaches the API, for the link in its log, where a container publishes another port',
      defaultInWords: '`API_PORT`',
    }),
    API_TLS_CERT_FILE: setting
      .text()
      .optional()
      .describe(
        'Certificate in PEM, followed by its intermediate certificates. With `API_TLS_KEY_FILE` the API speaks HTTPS only. Both files are read again when they change',
      ),
    API_TLS_KEY_FILE: setting
      .text()
      .optional()
      .describe('Private key of the certificate in PEM, without a passphrase'),
    API_TLS_HSTS_SECONDS: setting
      .integer(0, 63_072_000)
      .default(0)
      .describe(
        'How long browsers must use HTTPS only for this host; 0: they are not asked to. It holds for **all** ports of the host, including Grafana’s',
      ),
    API_BOOTSTRAP_KEY: z
      .string()
      .refine(
        (text) => parseApiKey(text) !== undefined,
        'must be hf_, 8 hexadecimal digits, _ and 43 characters of base64url',
      )
      .optional()
      .describe(
        'A key `hf_<8 hexadecimal digits>_<43 characters of base64url>`, which becomes an administrator’s key if there has never been a key. Better as `API_BOOTSTRAP_KEY_FILE`',
      ),
    API_ANONYMOUS_LOOPBACK: setting.flag().optional().meta({
      description:
        'Whether callers on this machine need no key and may do everything. Web pages from elsewhere [may not](docs/security.md#this-machine). Behind a proxy on this machine: `false`',
      defaultInWords: '`true` while there are no keys',
    }),
    PUBLIC_URL: z
      .url({ protocol: /^https?$/, error: 'must be like https://holdfast.example.com', abort: true })
      .refine(hasNothingAfterPath, 'must have nothing after its path, and no user name')
      .transform((text) => new URL(text).href.replace(/\/+$/, ''))
      .optional()
      .meta({
        description:
          'Address by which browsers reach the API, such as `https://holdfast.example.com`, with the path that a [proxy strips](docs/console.md#behind-a-proxy), if any. Links begin with it. A browser’s login may change things only from pages of its host and of this machine',
        defaultInWords: 'the requested host',
      }),
    LOGIN_OVER_HTTP: setting
      .flag()
      .default(false)
      .describe(
        '`true`: people may log in over plain HTTP from other machines. An eavesdropper then gets their passwords',
      ),
    API_LOGINS_PER_MINUTE: setting
      .integer(0, 10_000_000)
      .default(10)
      .describe('Login attempts per minute from one address, in each process; 0: no limit'),
    API_FIRST_LINK_IN_LOG: setting
      .flag()
      .default(true)
      .describe(
        'Whether a start without an administrator logs a link that creates the [first one](docs/security.md#the-first-administrator)',
      ),
    API_REQUESTS_PER_MINUTE: setting
      .integer(0, 10_000_000)
      .default(6_000)
      .describe('Requests per minute of one key or person, in each process; 0: no limit'),
    API_COMMANDS_PER_MINUTE: setting
      .integer(0, 10_000_000)
      .default(60)
      .describe(
        'Changes per minute of one key or person, in each process; up to ten minutes’ unused changes may come at once. 0: no limit',
      ),
    API_REFUSED_PER_MINUTE: setting
      .integer(0, 10_000_000)
      .default(30)
      .describe('Requests per minute from one address with no key or a wrong one; 0: no limit'),
    ...companySettings,
    API_CORS_ORIGINS: setting.list().default([]).meta({
      description:
        'Origins of other web pages whose scripts may call the API, separated by commas: `https://mes.example`',
      defaultInWords: 'none',
    }),
    API_TRUSTED_PROXIES: setting
      .list()
      .superRefine((networks, context) => {
        for (const network of networks) {
          const message = networkProblem(network);
          if (message !== undefined) context.addIssue({ code: 'custom', message: schemaMessage(message) });
        }
      })
      .default([])
      .meta({
        description:
          'Proxies whose `X-Forwarded-For` is trusted: networks in CIDR notation or single addresses, separated by commas (`10.0.0.5,10.1.0.0/16`). From others the header is ignored',
        defaultInWords: 'none',
      }),
    PLANT_TIME_ZONE: z
      .string()
      .default(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
      .refine(isTimeZone, 'must be a time zone, such as Asia/Shanghai or Europe/Berlin')
      .meta({
        description:
          'Time zone of the plant, such as `Asia/Shanghai`: days, shifts and the console’s clock follow it',
        defaultInWords: 'that of the machine',
      }),
    API_REQUIRE_IF_MATCH: setting
      .flag()
      .default(false)
      .describe('`true`: changes of configuration without `If-Match` are refused'),
    DATABASE_URL: z
      .url({
        protocol: /^postgres(ql)?$/,
        error: 'is needed: postgres://user:password@host:port/database',
      })
      .describe(
        'Address of PostgreSQL, which holds configuration and read models: `postgres://user:password@host:port/database`. For TLS append `?sslmode=verify-full&sslrootcert=FILE`',
      ),
    DATABASE_MAX_CONNECTIONS: setting
      .integer(3, 100)
      .default(10)
      .describe('Connections to PostgreSQL, at most'),
    READ_YOUR_WRITE_MS: setting
      .integer(0, 60_000)
      .default(2_000)
      .describe('How long a command waits, at most, until the read model shows its effect'),
    COUNTERS_FLUSH_MS: setting
      .integer(100, 600_000)
      .default(3_000)
      .describe('How often counters of sessions are written to the database'),
    CLEANUP_OLDER_THAN_DAYS: setting
      .integer(0, 3_650)
      .default(0)
      .describe(
        'Age at which ended sessions are removed from the lists automatically, by one process at a time; 0: never. Events and values stay',
      ),
    CLEANUP_STATUSES: setting
      .list()
      .pipe(z.array(setting.oneOf(endedStatuses)).min(1, 'must name one at least'))
      .default([...endedStatuses])
      .describe('Statuses of the sessions that are removed'),
    CLEANUP_INTERVAL_MINUTES: setting
      .integer(1, 10_080)
      .default(60)
      .describe(
        'How often, besides once after the start. Anything that arrives later for removed sessions is deleted as often, also with 0 days',
      ),
    DEMO_CONFIGURATION: z.string().transform(parsedJson).pipe(demoConfigurationSchema).optional().meta({
      description:
        'JSON of the demo that the console offers to an empty installation. `npm start` sets it, since its simulator runs',
      defaultInWords: 'none',
    }),
    STOP_TIMEOUT_MS: setting
      .integer(1_000, 600_000)
      .default(10_000)
      .describe('Longest time for an orderly end'),
  })
  .superRefine(checkSampleStoreSettings)
  .superRefine(checkTlsFiles)
  .superRefine(checkCompanySettings);

function parsedJson(text: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' });
    return z.NEVER;
  }
}

function hasNothingAfterPath(address: string): boolean {
  const { username, password, search, hash } = new URL(address);
  return username + password + search + hash === '';
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

function checkTlsFiles(
  config: Partial<Record<'API_TLS_CERT_FILE' | 'API_TLS_KEY_FILE', string | undefined>>,
  context: z.RefinementCtx,
): void {
  const { API_TLS_CERT_FILE: certFile, API_TLS_KEY_FILE: keyFile } = config;
  const issue = (name: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [name], message });
  };
  if (certFile === undefined && keyFile === undefined) return;
  try {
    if (certFile === undefined) issue('API_TLS_CERT_FILE', 'is needed as well, for API_TLS_KEY_FILE');
    else if (keyFile === undefined) issue('API_TLS_KEY_FILE', 'is needed as well, for API_TLS_CERT_FILE');
    else readTlsFiles({ certFile, keyFile });
  } catch (error) {
    if (!(error instanceof TlsFilesUnusable)) throw error;
    issue('API_TLS_CERT_FILE', error.message);
  }
}

export type ApiConfig = z.infer<typeof apiSettings>;

/** @throws ConfigError */
export function apiConfig(environment: Environment = process.env): ApiConfig {
  return readConfig(apiSettings, environment);
}
