import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '@holdfast/api-client/api-client.ts';
import { ownAccount } from '@holdfast/api-client/own-account.ts';
import type {
  AskedCommandLineLogin,
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
  { head: 'ID', cell: ({ id }) => id },
  { head: 'HOW', cell: ({ how }) => valueWord('login', how) },
  { head: 'SINCE', cell: ({ created_at }) => localTime(created_at) },
  { head: 'LAST SEEN', cell: ({ last_seen_at }) => localTime(last_seen_at) },
  { head: 'UNTIL', cell: ({ expires_at }) => localTime(expires_at) },
  { head: 'FROM#whence', cell: ({ address }) => address },
  { head: 'WITH', cell: ({ agent }) => agent },
  { head: '', cell: ({ is_current }) => is_current && say('this one') },
];

export const loginCommands: readonly Command[] = [
  {
    words: ['login'],
    about: 'Logs you in: shows a code to enter and approve in a browser.',
    operands: [],
    options: { url: { type: 'string', value: 'URL', about: 'address of the API; used from then on' } },
    async run(context) {
      const { access, print } = context;
      const client = access.client(undefined);
      const request = await client.post<AskedCommandLineLogin>(askPath, {
        host: hostname(),
        person: access.person,
      });
      print.note(
        say('Open {{page}} in a browser, log in there, and type the code  {{code}}', {
          page: plainText(request.page),
          code: plainText(request.code),
        }),
      );
      const { token, login, expires_at } = await decided(client, request, context);
      if (token === null)
        throw new CliError(say('The API approved it and gave no login.'), exitCodes.refused);
      await access.logins.keep(access.url, { token, login: login ?? '', expires_at });
      print.report(
        { url: access.url, login, expires_at },
        say('You are logged in at {{url}} as {{login}}, until {{until}}.', {
          url: access.url,
          login,
          until: localTime(expires_at),
        }),
      );
      if (access.by === 'key') {
        print.note(say('HOLDFAST_API_KEY_FILE (or HOLDFAST_API_KEY) is set, and goes before this login.'));
      }
    },
  },
  {
    words: ['logout'],
    about: 'Ends your login here, at once.',
    operands: [],
    options: {},
    async run({ access, print }) {
      const login = await access.logins.of(access.url);
      if (!login) {
        print.report({ url: access.url, ended: false }, say('There is no login at {{url}}.', access));
        return;
      }
      try {
        await ownAccount(access.client(login.token)).logOut();
      } catch (error) {
        // The login is over already, so there is nothing to end.
        if (!(error instanceof CliError) || error.exitCode !== exitCodes.notAllowed) throw error;
      }
      await access.logins.forget(access.url);
      print.report({ url: access.url, ended: true }, say('You are logged out at {{url}}.', access));
    },
  },
  {
    words: ['whoami'],
    about: 'Who you are to the API, and what you may do.',
    operands: [],
    options: {},
    async run({ api, access, print }) {
      const me = await ownAccount(api).me();
      print.fields({ url: access.url, ...me }, [
        ['API', access.url],
        ['you are', whoIs(me)],
        ['login', me.login],
        ['may', me.grants.map(grantText).join('; ') || say('nothing')],
        ['until', localTime(me.current_login?.expires_at)],
        [
          'by',
          { key: say('the key of HOLDFAST_API_KEY_FILE'), login: `holdfast login`, nothing: undefined }[
            access.by
          ],
        ],
      ]);
    },
  },
  {
    words: ['logins', 'list'],
    about: 'Your logins, in browsers and on command lines.',
    operands: [],
    options: {},
    async run({ api, print }) {
      const logins = await ownAccount(api).logins();
      print.table(logins, loginColumns, logins, 'There is none.');
    },
  },
  {
    words: ['logins', 'revoke'],
    about: 'Ends one of your logins, wherever it is.',
    operands: [{ name: 'LOGIN' }],
    options: {},
    async run({ api, print }, input) {
      const id = input.operands[0] ?? '';
      await ownAccount(api).endLogin(id);
      print.report({ id }, say('{{id}} is over.', { id }));
    },
  },
];

/** Waits for the decision. @throws CliError unless the login is approved */
async function decided(
  client: ApiClient,
  { secret, poll_seconds }: AskedCommandLineLogin,
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
      if (!isAwayTold) print.note(say('The API does not answer; waiting for it.'));
      isAwayTold = true;
      continue;
    }
    isAwayTold = false;
    if (polled.status === 'approved') return polled;
    if (polled.status === 'denied') {
      throw new CliError(say('It was denied in the browser.'), exitCodes.notAllowed);
    }
    if (polled.status === 'over') break;
  }
  throw new CliError(
    say(
      'Nobody approved it within ten minutes, so the code is of no use any more. Begin again: holdfast login',
    ),
    exitCodes.refused,
  );
}

function whoIs({ kind, name }: Me): string {
  if (kind === 'local') return say('anybody on this machine');
  return kind === 'key' ? say('key {{name}}', { name }) : say('user {{name}}', { name });
}

function grantText({ role, sites }: Me['grants'][number]): string {
  const word = valueWord('role', role);
  return sites.includes('*')
    ? say('{{role}} everywhere', { role: word })
    : say('{{role}} at {{sites}}', { role: word, sites: sites.join(', ') });
}
