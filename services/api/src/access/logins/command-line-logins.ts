import { hash, randomBytes, randomInt } from 'node:crypto';
import {
  type BegunCommandLineLogin,
  type BegunLogin,
  begunLoginLastsMs,
  newLoginCode,
  parseLoginCode,
} from '@holdfast/shared/contracts/begun-login.ts';
import type { BegunLoginBook, StoredRecord } from '../../ports.ts';
import { Problem } from '../../problems/problem.ts';
import { accessText } from '../texts.ts';

export interface CommandLineAsking {
  readonly host: string;
  readonly person: string;
  readonly address: string;
  readonly agent: string;
}

/** `over`: too late, answered already, or never asked. */
export type Decision =
  | { readonly status: 'waiting' | 'denied' | 'over' }
  | { readonly status: 'approved'; readonly user: string };

/**
 * Logins of command lines, which open no browser: each shows a code, a person with a login types it and decides, and the
 * command line, which alone has the secret, gets the decision once. They are kept at the broker, since the decision may come
 * to another process.
 */
export class CommandLineLogins {
  readonly #book: () => BegunLoginBook;
  readonly #now: () => number;

  constructor(options: { book: () => BegunLoginBook; now?: () => number }) {
    this.#book = options.book;
    this.#now = options.now ?? Date.now;
  }

  /** @throws BrokerUnavailable */
  async ask(
    asking: CommandLineAsking,
  ): Promise<{ readonly secret: string; readonly login: BegunCommandLineLogin }> {
    const secret = randomBytes(32).toString('base64url');
    const sha256 = hash('sha256', secret);
    const now = this.#now();
    const expires_at = new Date(now + begunLoginLastsMs).toISOString();
    const code = await this.#newCode(sha256, expires_at);
    const login: BegunCommandLineLogin = {
      ...{ v: 1, kind: 'command_line', sha256, code, ...asking },
      ...{ asked_at: new Date(now).toISOString(), user: null, decided: null, expires_at },
    };
    if ((await this.#book().create(login)) === undefined) throw new Error('a secret came twice');
    return { secret, login };
  }

  /** The undecided login that shows this code. @throws Problem, BrokerUnavailable */
  async waiting(typed: string): Promise<BegunCommandLineLogin> {
    return (await this.#waiting(typed)).record;
  }

  /** @throws Problem when it was decided already or is too late, BrokerUnavailable */
  async decide(
    typed: string,
    decided: 'approved' | 'denied',
    by: { readonly id: string },
  ): Promise<BegunCommandLineLogin> {
    const { record, revision } = await this.#waiting(typed);
    const login: BegunCommandLineLogin = { ...record, decided, user: by.id };
    if ((await this.#book().replace({ record: login, revision })) === undefined) throw codeUnknown();
    await this.#forgetCode(login);
    return login;
  }

  /** How it was decided: an approval is returned once, to the command line that has the secret. @throws BrokerUnavailable */
  async poll(secret: string): Promise<Decision> {
    const entry = await this.#read(`command_line.${hash('sha256', secret)}`);
    const login = entry?.record;
    if (!entry || login?.kind !== 'command_line') return { status: 'over' };
    if (login.decided === null) return { status: 'waiting' };
    const isFirst = await this.#book().delete(entry);
    if (!isFirst) return { status: 'over' };
    if (login.decided === 'denied' || login.user === null) return { status: 'denied' };
    return { status: 'approved', user: login.user };
  }

  async #newCode(of: string, expires_at: string): Promise<string> {
    for (;;) {
      const code = newLoginCode((below) => randomInt(below));
      if ((await this.#book().create({ v: 1, kind: 'code', code, of, expires_at })) !== undefined)
        return code;
    }
  }

  async #waiting(
    typed: string,
  ): Promise<StoredRecord<BegunLogin> & { readonly record: BegunCommandLineLogin }> {
    const code = parseLoginCode(typed);
    const index = code === undefined ? undefined : await this.#read(`code.${code}`);
    const entry =
      index?.record.kind === 'code' ? await this.#read(`command_line.${index.record.of}`) : undefined;
    if (entry?.record.kind !== 'command_line' || entry.record.decided !== null) throw codeUnknown();
    return { record: entry.record, revision: entry.revision };
  }

  async #read(key: string): Promise<StoredRecord<BegunLogin> | undefined> {
    const entry = await this.#book().read(key);
    return entry && Date.parse(entry.record.expires_at) > this.#now() ? entry : undefined;
  }

  /** Deletes a code that opens nothing any more, so that it may be used again. */
  async #forgetCode({ code }: BegunCommandLineLogin): Promise<void> {
    const entry = await this.#book().read(`code.${code}`);
    if (entry) await this.#book().delete(entry);
  }
}

function codeUnknown(): Problem {
  return new Problem('login_code_unknown', accessText('login_code_unknown'));
}
