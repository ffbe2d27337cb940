import { subjects } from '../contracts/subjects.ts';
import { core, passageOf } from './accounts.ts';
import type { Permissions } from './permissions.ts';

export interface Identity {
  /** For those who read the file. */
  readonly comment: string;
  /** Public key of a user, `U…`. */
  readonly nkey: string;
  readonly account: string;
  readonly permissions: Permissions;
}

/** Bounds of each account but CORE, at each server: more than a few people, or a collector and its stand-by, need. */
const limits = 'limits: { max_connections: 32, max_subscriptions: 1000 }';
/**
 * A cut connection counts towards these bounds until the broker has found it dead: after 30 s to 40 s with this setting,
 * 6 minutes by default. A collector with a flapping link leaves one each time, and they would keep it out. The broker
 * does not ping a client that it hears from.
 */
const pings = 'ping_interval: "10s"';
/** As long as a call to a device may take, with room. */
const answerWithin = '5m';

/**
 * The `accounts` block of a NATS server's configuration, and the setting that soon frees its accounts of cut
 * connections. A client without one of these keys is refused, because there is no user without a key, and no `no_auth_user`.
 */
export function natsAuthorization(identities: readonly Identity[]): string {
  const others = [...new Set(identities.map(({ account }) => account))].filter((account) => account !== core);
  const services = new Map<string, string[]>();
  const streams = new Map<string, string[]>();
  const intoCore: string[] = [];
  const texts: string[] = [];
  for (const account of others) {
    const members = identities.filter((identity) => identity.account === account);
    const passages = members.map(({ permissions }) => passageOf(account, permissions));
    const passageServices = uniqueBy(
      passages.flatMap((passage) => passage.services),
      ({ subject }) => subject,
    );
    const streamSubjects = [...new Set(passages.flatMap((passage) => passage.streams))];
    const answered = [...new Set(passages.flatMap(({ answers }) => answers))];
    const used = [...new Set(passages.flatMap(({ uses }) => uses))];
    for (const { subject } of passageServices) add(services, subject, account);
    for (const subject of streamSubjects) add(streams, subject, account);
    for (const subject of answered) intoCore.push(`{ service: ${source(account, subject)} }`);
    for (const subject of used) {
      const prefix = quoted(subjects.consumerUsesOf(account));
      intoCore.push(`{ stream: ${source(account, subject)}, prefix: ${prefix} }`);
    }
    texts.push(
      accountText(account, {
        users: members,
        settings: [limits],
        imports: [
          ...passageServices.map(({ subject, as }) => {
            const to = as === undefined ? '' : `, to: ${quoted(as)}`;
            return `{ service: ${source(core, subject)}${to} }`;
          }),
          ...streamSubjects.map((subject) => `{ stream: ${source(core, subject)} }`),
        ],
        exports: [
          ...answered.map(
            (subject) =>
              `{ service: ${quoted(subject)}, response_threshold: ${quoted(answerWithin)}, accounts: ${inline([core])} }`,
          ),
          ...used.map((subject) => `{ stream: ${quoted(subject)}, accounts: ${inline([core])} }`),
        ],
      }),
    );
  }
  const inCore = accountText(core, {
    users: identities.filter(({ account }) => account === core),
    settings: ['jetstream: enabled'],
    imports: intoCore,
    exports: [
      ...[...services].map(
        ([subject, accounts]) => `{ service: ${quoted(subject)}, accounts: ${inline(accounts)} }`,
      ),
      ...[...streams].map(
        ([subject, accounts]) => `{ stream: ${quoted(subject)}, accounts: ${inline(accounts)} }`,
      ),
    ],
  });
  return `${pings}\naccounts {\n${[inCore, ...texts].join('')}}\n`;
}

interface Account {
  readonly users: readonly Identity[];
  readonly settings?: readonly string[];
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

function accountText(name: string, { users, settings = [], imports, exports }: Account): string {
  const lines = [
    `${quoted(name)} {`,
    ...settings.map((line) => `  ${line}`),
    '  users: [',
    ...users.map(userText),
    '  ]',
    ...block('imports', imports),
    ...block('exports', exports),
    '}',
  ];
  return lines.map((line) => `  ${line}\n`).join('');
}

function block(name: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : [`  ${name}: [`, ...entries.map((entry) => `    ${entry}`), '  ]'];
}

function userText({ comment, nkey, permissions: { publish, subscribe, answers } }: Identity): string {
  const deny = publish.deny ? `, deny: ${list(publish.deny)}` : '';
  const respond =
    answers.length > 0 ? `\n        allow_responses { max: 1, expires: "${answerWithin}" }` : '';
  return `    # ${comment}
    {
      nkey: ${nkey}
      permissions {
        publish { allow: ${list(publish.allow)}${deny} }
        subscribe { allow: ${list(subscribe.allow)} }${respond}
      }
    }`;
}

function list(subjects: readonly string[]): string {
  return `[\n${subjects.map((subject) => `          ${quoted(subject)}`).join('\n')}\n        ]`;
}

const inline = (names: readonly string[]) => `[${names.map(quoted).join(', ')}]`;

const source = (account: string, subject: string) =>
  `{ account: ${quoted(account)}, subject: ${quoted(subject)} }`;

const quoted = (text: string) => JSON.stringify(text);

function add(map: Map<string, string[]>, key: string, value: string): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

function uniqueBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
