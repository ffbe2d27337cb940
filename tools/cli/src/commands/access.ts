import { rm, writeFile } from 'node:fs/promises';
import type { Item } from '@holdfast/api-client/api-client.ts';
import { rfc3339Ms } from '@holdfast/driver/values/rfc3339.ts';
import { CliError } from '../cli-error.ts';
import {
  type Command,
  type Context,
  type Input,
  limitOf,
  limitOption,
  type Option,
  timeForms,
} from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { localTime } from '../output/local-time.ts';
import type { Column } from '../output/table.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';
import { grantsColumn, grantsOf, grantsText, roleOption, roles } from './grants.ts';

const keysPath = '/api/system/keys';
const unitMs = { h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const keyColumns: readonly Column<Item>[] = [
  { head: 'ID', cell: ({ id }) => id },
  { head: 'NAME', cell: ({ name }) => name },
  grantsColumn,
  { head: 'STATUS', cell: ({ status }) => valueWord('key', status) },
  { head: 'CREATED', cell: ({ created_at }) => localTime(created_at) },
  { head: 'BY', cell: ({ created_by }) => created_by },
  { head: 'EXPIRES', cell: ({ expires_at }) => localTime(expires_at) },
  { head: 'LAST USED', cell: ({ last_used_at }) => localTime(last_used_at) },
  { head: 'NETWORKS', cell: ({ networks }) => Array.isArray(networks) && networks.join(' ') },
];

const auditOptions: Readonly<Record<string, Option>> = {
  who: { type: 'string', value: 'TEXT', about: 'part of the name' },
  action: { type: 'string', value: 'ACTION', about: 'session.stop, or all of a kind: session' },
  target: { type: 'string', value: 'TEXT', about: 'part of what it was done to' },
  trace: { type: 'string', value: 'TRACE', about: 'of this command: the trace that an event or a gap names' },
  from: { type: 'string', value: 'TIME', about: timeForms },
  to: { type: 'string', value: 'TIME', about: 'likewise' },
};

export const accessCommands: readonly Command[] = [
  {
    words: ['keys', 'list'],
    about: 'API keys without their secrets, revoked ones too.',
    notes: ['LAST USED is accurate to five minutes.'],
    operands: [],
    options: limitOption,
    async run({ api, print }, input) {
      // The list has no pages.
      const { results } = await api.get<{ results: Item[] }>(`${keysPath}/`);
      const rows = results.slice(0, limitOf(input));
      print.table(rows, keyColumns, rows, 'There are no keys: the API serves this machine only.');
    },
  },
  {
    words: ['keys', 'create'],
    about: 'Creates an API key. It is shown only once.',
    example: 'keys create mes --role operator@hall-1 --to mes.key',
    operands: [{ name: 'NAME' }],
    options: {
      ...roleOption,
      expires: { type: 'string', value: 'TIME', about: 'after 12h, 90d or 52w, or at a time' },
      network: {
        type: 'string',
        value: 'CIDR',
        about: 'may be used from there only: 10.20.0.0/16, or one address',
        multiple: true,
      },
      to: { type: 'string', value: 'FILE', about: 'writes the key into a new file that only you can read' },
    },
    async run(context, input) {
      const [name] = input.operands;
      const grants = grantsOf(input);
      if (grants.length === 0) {
        throw new CliError(say('--role is missing: {{roles}}', { roles: roles.join(', ') }), exitCodes.usage);
      }
      const file = input.text('to');
      const expires_at = expiryOf(input.time('expires'));
      const networks = input.texts('network');
      // The file is made before the key, which could not be shown again.
      if (file !== undefined) await makeFile(file);
      const created = await context.api
        .post(`${keysPath}/`, { name, grants, expires_at, networks })
        .catch(async (error) => {
          if (file !== undefined) await rm(file, { force: true });
          throw error;
        });
      await show(context, created, file);
    },
  },
  {
    words: ['keys', 'revoke'],
    about: 'Revokes a key, at once and for good.',
    notes: ['KEY is an id, or a name that only one active key has.'],
    operands: [{ name: 'KEY' }],
    options: {},
    async run({ api, print }, input) {
      const idOrName = input.operands[0] ?? '';
      const revoked = await api.delete<Item>(`${keysPath}/${encodeURIComponent(idOrName)}/`);
      print.report(revoked, say('{{id}} ({{name}}) is revoked.', { id: revoked.id, name: revoked.name }));
    },
  },
  {
    words: ['audit'],
    about: 'Who changed what, or was refused, as the audit log has it.',
    operands: [],
    options: { ...auditOptions, ...limitOption },
    async run({ api, print }, input) {
      const rows = await api.list('/api/system/audit/', auditAsked(input), limitOf(input));
      print.table(
        rows,
        [
          { head: 'TIME', cell: ({ time }) => localTime(time) },
          { head: 'WHO', cell: ({ who }) => who },
          { head: 'FROM#whence', cell: ({ from }) => from },
          { head: 'ACTION', cell: ({ action }) => action },
          { head: 'TARGET', cell: ({ target }) => target },
          { head: 'OUTCOME', cell: ({ outcome }) => valueWord('outcome', outcome) },
          { head: 'DETAIL', cell: ({ detail }) => detail },
        ],
        rows,
        'There is no such entry.',
      );
    },
  },
  {
    words: ['audit', 'export'],
    about: 'Exports the whole audit log, oldest first, for archiving: one JSON entry per line.',
    operands: [],
    options: auditOptions,
    async run({ api, print }, input) {
      const { body } = await api.open('/api/system/audit/export/', auditAsked(input), {});
      let rest = '';
      for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) print.line(line);
      }
    },
  },
];

const auditAsked = (input: Input) => ({
  ...Object.fromEntries(['who', 'action', 'target', 'trace'].map((name) => [name, input.text(name)])),
  from: input.time('from'),
  to: input.time('to'),
});

async function show({ print }: Context, created: Item, file: string | undefined): Promise<void> {
  const { key, ...rest } = created;
  if (file !== undefined) {
    await writeFile(file, `${key}\n`);
    const about = { id: rest.id, name: rest.name, grants: grantsText(rest), file };
    print.report({ ...rest, file }, say('{{id}} ({{name}}, {{grants}}) is in {{file}}.', about));
    return;
  }
  print.report(created, String(key));
  if (!print.asJson) print.note(say('Keep it now: it is not shown again.'));
}

async function makeFile(file: string): Promise<void> {
  try {
    await writeFile(file, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const why = (error as Error).message;
    throw new CliError(say('Cannot make {{file}}: {{why}}', { file, why }), exitCodes.refused, {
      cause: error,
    });
  }
}

function expiryOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = /^([1-9][0-9]{0,4})([hdw])$/.exec(text) ?? [];
  if (count !== undefined) {
    return new Date(Date.now() + Number(count) * unitMs[unit as keyof typeof unitMs]).toISOString();
  }
  const atMs = rfc3339Ms(text);
  if (atMs === undefined) {
    throw new CliError(
      say('--expires is 12h, 90d, 52w, 2026-07-03T14:00 (local) or an RFC 3339 time, not {{text}}', { text }),
      exitCodes.usage,
    );
  }
  return new Date(atMs).toISOString();
}
