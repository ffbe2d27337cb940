import type { ApiClient, Item } from '@holdfast/api-client/api-client.ts';
import { CliError } from '../cli-error.ts';
import { type Command, type Input, limitOf, limitOption, type Option } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { localTime } from '../output/local-time.ts';
import type { Printer } from '../output/printer.ts';
import type { Column } from '../output/table.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';
import { grantsColumn, grantsOf, grantsText, roleOption, roles } from './grants.ts';

const usersPath = '/api/system/users';
const userPath = (user: string) => `${usersPath}/${encodeURIComponent(user)}`;
const user = [{ name: 'USER' }];

const aboutPerson: Readonly<Record<'name' | 'language', Option>> = {
  name: { type: 'string', value: 'TEXT', about: 'full_name' },
  language: {
    type: 'string',
    value: 'LANGUAGE',
    about: 'language_of_pages_and_messages',
    choices: ['en', 'zh'],
  },
};

const userColumns: readonly Column<Item>[] = [
  { head: 'head_user', cell: ({ login }) => login },
  { head: 'head_name', cell: ({ name }) => name },
  grantsColumn,
  { head: 'head_logs_in', cell: wayIn },
  { head: 'head_added', cell: ({ created_at }) => localTime(created_at) },
  { head: 'head_by', cell: ({ created_by }) => created_by },
  { head: 'head_id', cell: ({ id }) => id },
];

export const loginColumns: readonly Column<Item>[] = [
  { head: 'head_id', cell: ({ id }) => id },
  { head: 'head_since', cell: ({ created_at }) => localTime(created_at) },
  { head: 'head_how', cell: ({ how }) => valueWord('login', how) },
  { head: 'head_last_used', cell: ({ last_seen_at }) => localTime(last_seen_at) },
  { head: 'head_ends', cell: ({ expires_at }) => localTime(expires_at) },
  { head: 'head_from_whence', cell: ({ address }) => address },
  { head: 'head_program', cell: ({ agent }) => agent },
];

export const userCommands: readonly Command[] = [
  {
    words: ['users', 'list'],
    about: 'people_who_may_log',
    operands: [],
    options: limitOption,
    async run({ api, print }, input) {
      const { results } = await api.get<{ results: Item[] }>(`${usersPath}/`);
      const rows = results.slice(0, limitOf(input));
      print.table(rows, userColumns, rows, 'there_is_nobody_yet_holdfast_users');
    },
  },
  {
    words: ['users', 'create'],
    about: 'adds_a_person_and_shows_only',
    operands: user,
    options: { ...roleOption, ...aboutPerson },
    async run({ api, print }, input) {
      const grants = grantsOf(input);
      if (grants.length === 0) {
        throw new CliError(say('role_is_missing', { roles: roles.join(', ') }), exitCodes.usage);
      }
      const [login] = input.operands;
      const body = { login, grants, name: input.text('name'), language: input.text('language') };
      const created = await api.post<Item>(`${usersPath}/`, body);
      showLink(print, created, created.password_link as Item, `${created.login} (${grantsText(created)})`);
    },
  },
  {
    words: ['users', 'change'],
    about: 'changes_the_roles_of_a_person',
    operands: user,
    options: { ...roleOption, ...aboutPerson },
    async run({ api, print }, input) {
      const grants = grantsOf(input);
      const body = {
        ...(grants.length > 0 && { grants }),
        ...optional(input, 'name'),
        ...optional(input, 'language'),
      };
      if (Object.keys(body).length === 0) {
        throw new CliError(say('say_what_to_change_role_name'), exitCodes.usage);
      }
      const changed = await api.patch<Item>(`${userPath(input.operands[0] ?? '')}/`, body);
      const about = { login: changed.login, name: changed.name, grants: grantsText(changed) };
      print.report(changed, say('login_has_grants', about));
    },
  },
  {
    words: ['users', 'disable'],
    about: 'disables_a_person_and_ends_all',
    operands: user,
    options: {},
    run: ({ api, print }, input) => setDisabled(api, print, input, true),
  },
  {
    words: ['users', 'enable'],
    about: 'enables_a_person_again',
    operands: user,
    options: {},
    run: ({ api, print }, input) => setDisabled(api, print, input, false),
  },
  {
    words: ['users', 'link'],
    about: 'creates_a_link_to_set',
    operands: user,
    options: {},
    async run({ api, print }, input) {
      const name = input.operands[0] ?? '';
      const link = await api.post<Item>(`${userPath(name)}/password-link/`, {});
      showLink(print, link, link, name);
    },
  },
  {
    words: ['users', 'logins'],
    about: 'where_a_person_is_logged',
    operands: user,
    options: {},
    async run({ api, print }, input) {
      const path = `${userPath(input.operands[0] ?? '')}/logins/`;
      const { results } = await api.get<{ results: Item[] }>(path);
      print.table(results, loginColumns, results, 'no_login');
    },
  },
  {
    words: ['users', 'logout'],
    about: 'ends_a_login_of_a_person',
    operands: [{ name: 'USER' }, { name: 'LOGIN', isOptional: true }],
    options: {},
    async run({ api, print }, input) {
      const [name = '', login] = input.operands;
      const path = `${userPath(name)}/logins/`;
      if (login !== undefined) {
        await api.delete(`${path}${encodeURIComponent(login)}/`);
        print.report({ ended: [login] }, say('has_ended', { login }));
        return;
      }
      const { results } = await api.delete<{ results: Item[] }>(path);
      const ended = results.map(({ id }) => id);
      print.report({ ended }, say('of_have_ended', { count: ended.length, name }));
    },
  },
];

function wayIn({ disabled, identity, has_password, link_expires_at }: Item): string {
  if (disabled) return say('kept_out');
  const ways = [identity && say('company_sign'), has_password && say('password')].filter(Boolean);
  if (ways.length > 0) return ways.join(', ');
  return link_expires_at
    ? say('link_until', { time: localTime(link_expires_at) })
    : say('not_yet_users_link');
}

function optional(input: Input, option: string): Record<string, string> {
  const value = input.text(option);
  return value === undefined ? {} : { [option]: value };
}

async function setDisabled(api: ApiClient, print: Printer, input: Input, disabled: boolean): Promise<void> {
  const changed = await api.patch<Item>(`${userPath(input.operands[0] ?? '')}/`, { disabled });
  const { login } = changed;
  print.report(changed, disabled ? say('is_kept_out', { login }) : say('may_log_in_again', { login }));
}

function showLink(print: Printer, answer: Item, link: Item, name: string): void {
  print.report(answer, String(link.url));
  if (print.asJson) return;
  print.note(
    say('sets_the_password_there_once_until', {
      name,
      time: localTime(link.expires_at),
    }),
  );
}
