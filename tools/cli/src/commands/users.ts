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
  name: { type: 'string', value: 'TEXT', about: 'full name' },
  language: {
    type: 'string',
    value: 'LANGUAGE',
    about: 'language of pages and messages',
    choices: ['en', 'zh'],
  },
};

const userColumns: readonly Column<Item>[] = [
  { head: 'USER', cell: ({ login }) => login },
  { head: 'NAME', cell: ({ name }) => name },
  grantsColumn,
  { head: 'LOGS IN', cell: wayIn },
  { head: 'ADDED', cell: ({ created_at }) => localTime(created_at) },
  { head: 'BY', cell: ({ created_by }) => created_by },
  { head: 'ID', cell: ({ id }) => id },
];

export const loginColumns: readonly Column<Item>[] = [
  { head: 'ID', cell: ({ id }) => id },
  { head: 'SINCE', cell: ({ created_at }) => localTime(created_at) },
  { head: 'HOW', cell: ({ how }) => valueWord('login', how) },
  { head: 'LAST USED', cell: ({ last_seen_at }) => localTime(last_seen_at) },
  { head: 'ENDS', cell: ({ expires_at }) => localTime(expires_at) },
  { head: 'FROM#whence', cell: ({ address }) => address },
  { head: 'PROGRAM', cell: ({ agent }) => agent },
];

export const userCommands: readonly Command[] = [
  {
    words: ['users', 'list'],
    about: 'People who may log in, and what they may do where.',
    operands: [],
    options: limitOption,
    async run({ api, print }, input) {
      const { results } = await api.get<{ results: Item[] }>(`${usersPath}/`);
      const rows = results.slice(0, limitOf(input));
      print.table(rows, userColumns, rows, 'There is nobody yet: holdfast users create USER --role ROLE');
    },
  },
  {
    words: ['users', 'create'],
    about: 'Adds a person and shows, only once, a link to set the password.',
    operands: user,
    options: { ...roleOption, ...aboutPerson },
    async run({ api, print }, input) {
      const grants = grantsOf(input);
      if (grants.length === 0) {
        throw new CliError(say('--role is missing: {{roles}}', { roles: roles.join(', ') }), exitCodes.usage);
      }
      const [login] = input.operands;
      const body = { login, grants, name: input.text('name'), language: input.text('language') };
      const created = await api.post<Item>(`${usersPath}/`, body);
      showLink(print, created, created.password_link as Item, `${created.login} (${grantsText(created)})`);
    },
  },
  {
    words: ['users', 'change'],
    about: 'Changes the roles of a person (replacing all of them), the name or the language.',
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
        throw new CliError(say('Say what to change: --role, --name or --language'), exitCodes.usage);
      }
      const changed = await api.patch<Item>(`${userPath(input.operands[0] ?? '')}/`, body);
      const about = { login: changed.login, name: changed.name, grants: grantsText(changed) };
      print.report(changed, say('{{login}} ({{name}}) has {{grants}}.', about));
    },
  },
  {
    words: ['users', 'disable'],
    about: 'Disables a person, and ends all their logins.',
    operands: user,
    options: {},
    run: ({ api, print }, input) => setDisabled(api, print, input, true),
  },
  {
    words: ['users', 'enable'],
    about: 'Enables a person again.',
    operands: user,
    options: {},
    run: ({ api, print }, input) => setDisabled(api, print, input, false),
  },
  {
    words: ['users', 'link'],
    about: 'Creates a link to set a new password, shown only once. The old password works until then.',
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
    about: 'Where a person is logged in.',
    operands: user,
    options: {},
    async run({ api, print }, input) {
      const path = `${userPath(input.operands[0] ?? '')}/logins/`;
      const { results } = await api.get<{ results: Item[] }>(path);
      print.table(results, loginColumns, results, 'There is no login.');
    },
  },
  {
    words: ['users', 'logout'],
    about: 'Ends a login of a person, or all of them.',
    operands: [{ name: 'USER' }, { name: 'LOGIN', isOptional: true }],
    options: {},
    async run({ api, print }, input) {
      const [name = '', login] = input.operands;
      const path = `${userPath(name)}/logins/`;
      if (login !== undefined) {
        await api.delete(`${path}${encodeURIComponent(login)}/`);
        print.report({ ended: [login] }, say('{{login}} has ended.', { login }));
        return;
      }
      const { results } = await api.delete<{ results: Item[] }>(path);
      const ended = results.map(({ id }) => id);
      print.report({ ended }, say('{{count}} of {{name}} have ended.', { count: ended.length, name }));
    },
  },
];

function wayIn({ disabled, identity, has_password, link_expires_at }: Item): string {
  if (disabled) return say('kept out');
  const ways = [identity && say('company sign-on'), has_password && say('password')].filter(Boolean);
  if (ways.length > 0) return ways.join(', ');
  return link_expires_at
    ? say('link until {{time}}', { time: localTime(link_expires_at) })
    : say('not yet: users link');
}

function optional(input: Input, option: string): Record<string, string> {
  const value = input.text(option);
  return value === undefined ? {} : { [option]: value };
}

async function setDisabled(api: ApiClient, print: Printer, input: Input, disabled: boolean): Promise<void> {
  const changed = await api.patch<Item>(`${userPath(input.operands[0] ?? '')}/`, { disabled });
  const { login } = changed;
  print.report(
    changed,
    disabled ? say('{{login}} is kept out.', { login }) : say('{{login}} may log in again.', { login }),
  );
}

function showLink(print: Printer, answer: Item, link: Item, name: string): void {
  print.report(answer, String(link.url));
  if (print.asJson) return;
  print.note(
    say('{{name}} sets the password there, once, until {{time}}. It is not shown again.', {
      name,
      time: localTime(link.expires_at),
    }),
  );
}
