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
import * as z from 'zod';
import { checkCompanySettings, companySettings } from './company-settings.ts';
import { readTlsFiles, TlsFilesUnusable } from './tls/tls-files.ts';

const schema = z
  .object({
    ...brokerSettings,
    LOG_LEVEL: commonSettings.LOG_LEVEL,
    ...streamSettings,
    ...identitySettings,
    ...sampleStoreSettings,
    API_HOST: z.string().min(1).default('127.0.0.1'),
    /** 0 takes a free port and logs it. */
    API_PORT: setting.port().default(8000),
    /** The port outside, where a container publishes another one. */
    API_PUBLISHED_PORT: setting.port().optional(),
    /** PEM files; with both the API speaks HTTPS only. They are read anew when they change. */
    API_TLS_CERT_FILE: setting.text().optional(),
    API_TLS_KEY_FILE: setting.text().optional(),
    /** How long browsers must use only HTTPS for this host; 0: they are not told to. */
    API_TLS_HSTS_SECONDS: setting.integer(0, 63_072_000).default(0),
    /** Becomes a key with the role administrator when there is no key yet. */
    API_BOOTSTRAP_KEY: z
      .string()
      .refine(
        (text) => parseApiKey(text) !== undefined,
        'must be hf_, 8 hexadecimal digits, _ and 43 characters of base64url',
      )
      .optional(),
    /** Whether callers on this machine need no key; unset: only while there are no keys. */
    API_ANONYMOUS_LOOPBACK: setting.flag().optional(),
    /**
     * Address by which browsers reach the API, for logins, with the path that a proxy strips; unset: whatever they ask
     * for.
     */
    PUBLIC_URL: z
      .url({ protocol: /^https?$/, error: 'must be like https://holdfast.example.com', abort: true })
      .refine(hasNothingAfterPath, 'must have nothing after its path, and no user name')
      .transform((text) => new URL(text).href.replace(/\/+$/, ''))
      .optional(),
    /** Whether people may log in over plain HTTP from other machines. */
    LOGIN_OVER_HTTP: setting.flag().default(false),
    /** Tries to log in from one address; 0: no limit. */
    API_LOGINS_PER_MINUTE: setting.integer(0, 10_000_000).default(10),
    /** Whether a start without an administrator logs a link for the first one. */
    API_FIRST_LINK_IN_LOG: setting.flag().default(true),
    /** Requests of one key; 0: no limit. */
    API_REQUESTS_PER_MINUTE: setting.integer(0, 10_000_000).default(6_000),
    /** Changes of one key or person, on average; 0: no limit. */
    API_COMMANDS_PER_MINUTE: setting.integer(0, 10_000_000).default(60),
    /** Requests from one address with no key or a wrong one; 0: no limit. */
    API_REFUSED_PER_MINUTE: setting.integer(0, 10_000_000).default(30),
    ...companySettings,
    /** Origins of web pages elsewhere whose scripts may call, separated by commas. */
    API_CORS_ORIGINS: setting.list().default([]),
    /** Proxies whose X-Forwarded-For is believed, in CIDR notation or single addresses. */
    API_TRUSTED_PROXIES: setting
      .list()
      .superRefine((networks, context) => {
        for (const network of networks) {
          const message = networkProblem(network);
          if (message !== undefined) context.addIssue({ code: 'custom', message });
        }
      })
      .default([]),
    /** Time zone by which the plant lives; default: the machine's. */
    PLANT_TIME_ZONE: z
      .string()
      .default(() => Intl.DateTimeFormat().resolvedOptions().timeZone)
      .refine(isTimeZone, 'must be a time zone, such as Asia/Shanghai or Europe/Berlin'),
    /** Refuses changes of configuration without If-Match. */
    API_REQUIRE_IF_MATCH: setting.flag().default(false),
    /** Configuration and read models. */
    DATABASE_URL: z.url({
      protocol: /^postgres(ql)?$/,
      error: 'is needed: postgres://user:password@host:port/database',
    }),
    DATABASE_MAX_CONNECTIONS: setting.integer(3, 100).default(10),
    /** Longest wait of a command for the read model to show what it did. */
    READ_YOUR_WRITE_MS: setting.integer(0, 60_000).default(2_000),
    /** How often counters of sessions are brought from the STATUS bucket into the database. */
    COUNTERS_FLUSH_MS: setting.integer(100, 600_000).default(3_000),
    /** Sessions that ended longer ago are removed from the read model automatically; 0: none. */
    CLEANUP_OLDER_THAN_DAYS: setting.integer(0, 3_650).default(0),
    CLEANUP_STATUSES: setting
      .list()
      .pipe(z.array(setting.oneOf(endedStatuses)).min(1, 'must name one at least'))
      .default([...endedStatuses]),
    CLEANUP_INTERVAL_MINUTES: setting.integer(1, 10_080).default(60),
    /** JSON with the demo that the console offers to an empty installation; set where its simulator runs. */
    DEMO_CONFIGURATION: z.string().transform(parsedJson).pipe(demoConfigurationSchema).optional(),
    STOP_TIMEOUT_MS: setting.integer(1_000, 600_000).default(10_000),
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

export type ApiConfig = z.infer<typeof schema>;

/** @throws ConfigError */
export function apiConfig(environment: Environment = process.env): ApiConfig {
  return readConfig(schema, environment);
}
