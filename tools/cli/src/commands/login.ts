import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '@holdfast/api-client/api-client.ts';
import { ownAccount } from '@holdfast/api-client/own-account.ts';
import type {
  CommandLineLoginRequest,
  PolledCommandLineLogin,
} from '@holdfast/shared/contracts/http/command-line-login-http.ts';
import type { LoginView, Me } from '@holdfast/shared/contracts/http/login-http.ts';
import { CliError } from '../cli-error.ts';
import type { Command, Context } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { localTime } from '../output/local-time.ts';
import { plainText } from '../output/plain-text.ts';
import type { Column } from '../output/table.ts';
import { say } from '../words/say.ts';
import { valueWord } from '../words/value-words.ts';

const askPath = '/api/login/command-line/';
/** Longer than any code lasts, in case the API does not report its end. */
const patienceMs = 15 * 60_000;

const loginColumns: readonly Column<LoginView>[] = [
  { head: 'head_id', cell: ({ id }) => id },
  { head: 'head_how', cell: ({ how }) => valueWord('login', how) },
  { head: 'head_since', cell: ({ created_at }) => localTime(created_at) },
  { head: 'head_last_seen', cell: ({ last_seen_at }) => localTime(last_seen_at) },
  { head: 'head_until', cell: ({ expires_at }) => localTime(expires_at) },
  { head: 'head_from_whence', cell: ({ address }) => address },
  { head: 'head_with', cell: ({ agent }) => agent },
  { head: '', cell: ({ is_current }) => is_current && say('this_one') },
];

export const loginCommands: readonly Command[] = [
  {
    words: ['login'],
    about: 'logs_you_in_shows_a_code',
    operands: [],
    options: { url: { type: 'string', value: 'URL', about: 'address_of_the_api_used' } },
    async run(context) {
      const { access, print } = context;
      const client = access.client(undefined);
      const request = await client.post<CommandLineLoginRequest>(askPath, {
        host: hostname(),
        person: access.person,
      });
      print.note(
        say('open_in_a_browser_log', {
          page: plainText(request.page),
          code: plainText(request.code),
        }),
      );
      const { token, login, expires_at } = await decided(client, request, context);
      if (token === null) throw new CliError(say('the_api_approved_it_and_gave'), exitCodes.refused);
      await access.logins.keep(access.url, { token, login: login ?? '', expires_at });
      print.report(
        { url: access.url, login, expires_at },
        say('you_are_logged', {
          url: access.url,
          login,
          until: localTime(expires_at),
        }),
      );
      if (access.by === 'key') {
        print.note(say('holdfast_api_key_file_or_holdfast_api_key'));
      }
    },
  },
  {
    words: ['logout'],
    about: 'ends_your_login_here_at_once',
    operands: [],
    options: {},
    async run({ access, print }) {
      const login = await access.logins.of(access.url);
      if (!login) {
        print.report({ url: access.url, ended: false }, say('there_is_no_login', { url: access.url }));
        return;
      }
      try {
        await ownAccount(access.client(login.token)).logOut();
      } catch (error) {
        // The login is over already, so there is nothing to end.
        if (!(error instanceof CliError) || error.exitCode !== exitCodes.notAllowed) throw error;
      }
      await access.logins.forget(access.url);
      print.report({ url: access.url, ended: true }, say('you_are_logged_out', { url: access.url }));
    },
  },
  {
    words: ['whoami'],
    about: 'who_you_are_to_the_api',
    operands: [],
    options: {},
    async run({ api, access, print }) {
      const me = await ownAccount(api).me();
      print.fields({ url: access.url, ...me }, [
        ['head_api', access.url],
        ['field_you_are', whoIs(me)],
        ['field_login', me.login],
        ['field_may', me.grants.map(grantText).join('; ') || say('nothing')],
        ['field_until', localTime(me.current_login?.expires_at)],
        [
          'field_by',
          { key: say('the_key_of_holdfast_api_key_file'), login: `holdfast login`, nothing: undefined }[
            access.by
          ],
        ],
      ]);
    },
  },
  {
    words: ['logins', 'list'],
    about: 'your_logins_in_browsers',
    operands: [],
    options: {},
    async run({ api, print }) {
      const logins = await ownAccount(api).logins();
      print.table(logins, loginColumns, logins, 'there_is_none');
    },
  },
  {
    words: ['logins', 'revoke'],
    about: 'ends_one_of_your_logins_wherever',
    operands: [{ name: 'LOGIN' }],
    options: {},
    async run({ api, print }, input) {
      const id = input.operands[0] ?? '';
      await ownAccount(api).endLogin(id);
      print.report({ id }, say('is_over', { id }));
    },
  },
];

/** Waits for the decision. @throws CliError unless the login is approved */
async function decided(
  client: ApiClient,
  { secret, poll_seconds }: CommandLineLoginRequest,
  { print }: Context,
): Promise<PolledCommandLineLogin> {
  const giveUpAt = performance.now() + patienceMs;
  let isAwayTold = false;
  while (performance.now() < giveUpAt) {
    await pause(poll_seconds * 1_000);
    let polled: PolledCommandLineLogin;
    try {
      polled = await client.post<PolledCommandLineLogin>(`${askPath}poll/`, { secret });
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode !== exitCodes.unreachable) throw error;
      if (!isAwayTold) print.note(say('the_api_does_not_answer_waiting'));
      isAwayTold = true;
      continue;
    }
    isAwayTold = false;
    if (polled.status === 'approved') return polled;
    if (polled.status === 'denied') {
      throw new CliError(say('it_was_denied_in_the_browser'), exitCodes.notAllowed);
    }
    if (polled.status === 'over') break;
  }
  throw new CliError(say('nobody_approved_it_within_ten_minutes'), exitCodes.refused);
}

function whoIs({ kind, name }: Me): string {
  if (kind === 'local') return say('anybody_on_this_machine');
  return kind === 'key' ? say('key', { name }) : say('user', { name });
}

function grantText({ role, sites }: Me['grants'][number]): string {
  const word = valueWord('role', role);
  return sites.includes('*')
    ? say('everywhere', { role: word })
    : say('role_at_sites', { role: word, sites: sites.join(', ') });
}
