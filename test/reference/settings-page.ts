import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleStoreSettings } from '@holdfast/sample-store/open-sample-store.ts';
import {
  commonSettings,
  identitySettings,
  leaseSettings,
  streamSettings,
} from '@holdfast/shared/runtime/config.ts';
import { setupSettings } from '../../dev/setup/config.mjs';
import { stackSettings } from '../../dev/src/config.ts';
import { alarmsSettings } from '../../services/alarms/src/config.ts';
import { companySettings } from '../../services/api/src/company-settings.ts';
import { apiSettings } from '../../services/api/src/config.ts';
import { collectorSettings } from '../../services/collector/src/config.ts';
import { supervisorSettings } from '../../services/supervisor/src/config.ts';
import { writerSettings } from '../../services/writer/src/config.ts';
import { simulatorSettings } from '../../simulators/plant/src/config.ts';
import { backupSettings } from '../../tools/backup/src/config.ts';
import { cliSettings } from '../../tools/cli/src/config.ts';
import { containerSettings } from './container-settings.ts';
import { code, page, type Row, table } from './markdown.ts';

/** As much of a zod schema as is read here. */
interface Setting {
  meta(): Readonly<Record<string, unknown>> | undefined;
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown };
  toJSONSchema(options: { readonly io: 'input'; readonly unrepresentable: 'any' }): {
    readonly enum?: readonly unknown[];
    readonly minimum?: number;
    readonly maximum?: number;
  };
}
type Settings = Readonly<Record<string, Setting>>;

const services: Readonly<Record<string, Settings>> = {
  API: apiSettings.shape,
  supervisor: supervisorSettings.shape,
  collector: collectorSettings.shape,
  writer: writerSettings.shape,
  alarms: alarmsSettings.shape,
};
const programs: Readonly<Record<string, Settings>> = {
  ...services,
  'local stack': stackSettings.shape,
  'backup and restore': backupSettings.shape,
  simulator: simulatorSettings.shape,
  'command line': cliSettings.shape,
};

interface Section {
  readonly title: string;
  readonly intro?: string;
  readonly settings: Settings;
}

const shared: readonly Section[] = [
  {
    title: 'Every service',
    intro:
      'Where [one process runs all services](docs/operations.md#a-small-machine), `EDGE_WRITER_NAME` sets `NAME` for the writer alone; `EDGE_API_`, `EDGE_SUPERVISOR_`, `EDGE_ALARMS_` and `EDGE_COLLECTOR_` work the same way.',
    settings: commonSettings,
  },
  {
    title: 'Streams',
    intro:
      'The first service that starts creates the streams. Later changes of these settings leave existing streams as they are ([how to change them](docs/nats.md#copies-and-sizes)). With a `NATS_NKEY_SEED`, collector, writer and alarms wait until the streams exist. The broker reserves the size of each stream on its disk.',
    settings: streamSettings,
  },
  {
    title: 'Leases',
    intro: 'The same for all supervisors, alarm services and collectors.',
    settings: leaseSettings,
  },
  { title: 'Identities of collectors', settings: identitySettings },
  {
    title: 'Where values are stored',
    intro:
      'API and writer need the same values. `npm start` passes them on, except `DATABASE_URL`, and checks at the start whether an InfluxDB accepts samples.',
    settings: sampleStoreSettings,
  },
];
const sharedSettings = new Set([
  ...shared.flatMap(({ settings }) => Object.values(settings)),
  ...Object.values(companySettings),
]);
const ownOf = (settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([, schema]) => !sharedSettings.has(schema)));

const own: readonly Section[] = [
  { title: 'API', settings: ownOf(apiSettings.shape) },
  {
    title: 'Company sign-on',
    intro:
      'Settings of the API. With `OIDC_ISSUER` people log in at the company: [sign-on](docs/sign-on.md).',
    settings: companySettings,
  },
  { title: 'Supervisor', settings: ownOf(supervisorSettings.shape) },
  { title: 'Collector', settings: ownOf(collectorSettings.shape) },
  { title: 'Writer', settings: ownOf(writerSettings.shape) },
  { title: 'Alarms', settings: ownOf(alarmsSettings.shape) },
  { title: 'Simulator', settings: ownOf(simulatorSettings.shape) },
  {
    title: 'Local stack',
    intro: '`npm start`. Everything else in the environment reaches the services.',
    settings: ownOf(stackSettings.shape),
  },
  { title: 'Command line', intro: '[`holdfast`](docs/cli.md).', settings: ownOf(cliSettings.shape) },
  {
    title: 'Backup and restore',
    intro: '[Backup](docs/backup.md). Options of the command take precedence.',
    settings: ownOf(backupSettings.shape),
  },
];

export async function settingsPage(): Promise<string> {
  return page([
    '# Settings',
    'Programs read their settings from the environment when they start. A program with faulty settings names all faults and ends. Instead of any setting of a service, `NAME_FILE` may name a file that holds the value; use it for secrets. An empty value counts as unset. A dash means that there is no default.',
    ...shared.map((section) => sectionOf(section, true)),
    ...own.map((section) => sectionOf(section, false)),
    '## Set-up',
    'For `npm start`, `npm test` and the other commands of the checkout, before anything else.',
    table(
      head,
      Object.entries(setupSettings).map(([name, { description, default: value }]) => [
        code(name),
        value === '' ? '–' : code(value),
        '',
        description,
      ]),
    ),
    '## Containers',
    ...(await containerParts()),
  ]);
}

const head = ['Setting', 'Default', 'Allowed', 'Meaning'];

function sectionOf({ title, intro, settings }: Section, isShared: boolean): string {
  const readers = Object.entries(settings).map(([name, schema]) => readersOf(name, schema));
  const [first = ''] = readers;
  const areAlike = readers.every((each) => each === first);
  const rows = Object.entries(settings).map(([name, schema], index): Row => {
    const { description, defaultInWords } = schema.meta() ?? {};
    if (typeof description !== 'string') {
      throw new Error(`${title}: ${name} has no description; give it one with .describe()`);
    }
    return [
      code(name),
      typeof defaultInWords === 'string' ? defaultInWords : defaultOf(schema),
      allowedBy(schema),
      description,
      ...(isShared && !areAlike ? [readers[index] ?? ''] : []),
    ];
  });
  return [
    `## ${title}`,
    [isShared && areAlike ? `Read by: ${first}.` : '', intro].filter(Boolean).join(' '),
    table(isShared && !areAlike ? [...head, 'Read by'] : head, rows),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function defaultOf(schema: Setting): string {
  const { success, data } = schema.safeParse(undefined);
  if (!success) return 'required';
  return data === undefined ? '–' : code(String(data));
}

function allowedBy(schema: Setting): string {
  const form = schema.toJSONSchema({ io: 'input', unrepresentable: 'any' });
  if (form.enum) {
    const values = form.enum.map(String);
    return (values.includes('yes') ? ['true', 'false'] : values).map(code).join(', ');
  }
  const { minimum, maximum } = form;
  if (minimum === undefined) return '';
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
    ? `≥ ${minimum}`
    : `${minimum} to ${maximum}`;
}

function readersOf(name: string, schema: Setting): string {
  const readers = Object.keys(programs).filter((program) => programs[program]?.[name] === schema);
  const isOfAll = Object.keys(services).every((service) => readers.includes(service));
  const others = isOfAll ? readers.filter((reader) => !(reader in services)) : readers;
  return [...(isOfAll ? ['all services'] : []), ...others].join(', ');
}

async function containerParts(): Promise<string[]> {
  const root = join(import.meta.dirname, '..', '..');
  const files = ['docker-compose.yml', 'docker-compose.cluster.yml', 'docker-compose.collectors.yml'];
  const compose = (await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')))).join('\n');
  const defaults = new Map<string, string>();
  for (const [, name = '', value = ''] of compose.matchAll(/\$\{([A-Z0-9_]+)(?::?-([^}]*)|:\+[^}]*)\}/g)) {
    if (!defaults.has(name) || value !== '') defaults.set(name, value);
  }
  const described = containerSettings.flatMap(({ variables }) => Object.keys(variables));
  const missing = [...defaults.keys()].filter((name) => !described.includes(name));
  const needless = described.filter((name) => !defaults.has(name));
  if (missing.length + needless.length > 0) {
    throw new Error(
      `container-settings.ts lacks: ${missing.join(', ') || 'nothing'}; no Compose file has: ${needless.join(', ') || 'nothing'}`,
    );
  }
  return containerSettings.flatMap(({ intro, variables, defaults: inWords = {} }) => [
    intro,
    table(
      ['Setting', 'Default', 'Meaning'],
      Object.entries(variables).map(([name, meaning]) => [
        code(name),
        inWords[name] ?? (defaults.get(name) ? code(defaults.get(name) ?? '') : '–'),
        meaning,
      ]),
    ),
  ]);
}
