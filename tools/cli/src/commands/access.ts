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
  { head: 'head_id', cell: ({ id }) => id },
  { head: 'head_name', cell: ({ name }) => name },
  grantsColumn,
  { head: 'head_status', cell: ({ status }) => valueWord('key', status) },
  { head: 'head_created', cell: ({ created_at }) => localTime(created_at) },
  { head: 'head_by', cell: ({ created_by }) => created_by },
  { head: 'head_expires', cell: ({ expires_at }) => localTime(expires_at) },
  { head: 'head_last_used', cell: ({ last_used_at }) => localTime(last_used_at) },
  { head: 'head_networks', cell: ({ networks }) => Array.isArray(networks) && networks.join(' ') },
];

const auditOptions: Readonly<Record<string, Option>> = {
  who: { type: 'string', value: 'TEXT', about: 'part_of_the_name' },
  action: { type: 'string', value: 'ACTION', about: 'session_stop_or_all' },
  target: { type: 'string', value: 'TEXT', about: 'part_of_what_it_was_done' },
  trace: { type: 'string', value: 'TRACE', about: 'of_this_command_the_trace' },
  from: { type: 'string', value: 'TIME', about: timeForms },
  to: { type: 'string', value: 'TIME', about: 'likewise' },
};

export const accessCommands: readonly Command[] = [
  {
    words: ['keys', 'list'],
    about: 'api_keys_without_their_secrets_revoked',
    notes: ['last_used_is_accurate_to_five'],
    operands: [],
    options: limitOption,
    async run({ api, print }, input) {
      // The list has no pages.
      const { results } = await api.get<{ results: Item[] }>(`${keysPath}/`);
      const rows = results.slice(0, limitOf(input));
      print.table(rows, keyColumns, rows, 'there_are_no_keys_the_api');
    },
  },
  {
    words: ['keys', 'create'],
    about: 'creates_an_api_key',
    example: 'keys create mes --role operator@hall-1 --to mes.key',
    operands: [{ name: 'NAME' }],
    options: {
      ...roleOption,
      expires: { type: 'string', value: 'TIME', about: 'after_12h_90d_or_52w' },
      network: {
        type: 'string',
        value: 'CIDR',
        about: 'may_be_used_from_there_only',
        multiple: true,
      },
      to: { type: 'string', value: 'FILE', about: 'writes_the_key_into_a_new' },
    },
    async run(context, input) {
      const [name] = input.operands;
      const grants = grantsOf(input);
      if (grants.length === 0) {
        throw new CliError(say('role_is_missing', { roles: roles.join(', ') }), exitCodes.usage);
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
    about: 'revokes_a_key_at_once',
    notes: ['key_is_an_id'],
    operands: [{ name: 'KEY' }],
    options: {},
    async run({ api, print }, input) {
      const idOrName = input.operands[0] ?? '';
      const revoked = await api.delete<Item>(`${keysPath}/${encodeURIComponent(idOrName)}/`);
      print.report(revoked, say('is_revoked', { id: revoked.id, name: revoked.name }));
    },
  },
  {
    words: ['audit'],
    about: 'who_changed_what_or_was_refused',
    operands: [],
    options: { ...auditOptions, ...limitOption },
    async run({ api, print }, input) {
      const rows = await api.list('/api/system/audit/', auditAsked(input), limitOf(input));
      print.table(
        rows,
        [
          { head: 'head_time', cell: ({ time }) => localTime(time) },
          { head: 'head_who', cell: ({ who }) => who },
          { head: 'head_from_whence', cell: ({ from }) => from },
          { head: 'head_action', cell: ({ action }) => action },
          { head: 'head_target', cell: ({ target }) => target },
          { head: 'head_outcome', cell: ({ outcome }) => valueWord('outcome', outcome) },
          { head: 'head_detail', cell: ({ detail }) => detail },
        ],
        rows,
        'there_is_no_such_entry',
      );
    },
  },
  {
    words: ['audit', 'export'],
    about: 'exports_the_whole_audit_log_oldest',
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
    print.report({ ...rest, file }, say('key_saved_in_file', about));
    return;
  }
  print.report(created, String(key));
  if (!print.asJson) print.note(say('keep_it_now'));
}

async function makeFile(file: string): Promise<void> {
  try {
    await writeFile(file, '', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const why = (error as Error).message;
    throw new CliError(say('cannot_make', { file, why }), exitCodes.refused, {
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
    throw new CliError(say('expires_is_12h_90d_52w_2026', { text }), exitCodes.usage);
  }
  return new Date(atMs).toISOString();
}
