import { hash, randomBytes } from 'node:crypto';
import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import { isLoginToken, type Login, type LoginWay } from '@holdfast/shared/contracts/login.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { LoginBook } from '../../ports.ts';
import { randomId } from '../random-id.ts';
import { RecordMirror } from '../record-mirror.ts';
import type { Users } from '../users.ts';
import { type Clocks, LoginTimes, systemClocks } from './login-times.ts';

export type LoginCheck =
  | { readonly ok: true; readonly login: Login; readonly user: User }
  /** `unknown`: over, or not known here yet, see `lookUp`; `unavailable`: it cannot be checked. */
  | { readonly ok: false; readonly why: 'unknown' | 'unavailable' };

export interface NewLogin {
  readonly user: User;
  readonly how: LoginWay;
  readonly address: string;
  readonly agent: string;
  readonly overHttps: boolean;
  /** Such a login does not idle out and lasts 90 days. */
  readonly wallDisplay?: boolean;
  /** When the person showed who they are, in ms since 1970; now unless set. */
  readonly authenticatedAtMs?: number | undefined;
}

/** A login with the token that opens it, which is shown only this once. */
export interface OpenedLogin {
  readonly login: Login;
  readonly token: string;
}

const idleMinutes = 30;
const hourMs = 3_600_000;
const lastsMs = 12 * hourMs;
const wallDisplayLastsMs = 90 * 24 * hourMs;
/** A person who opens more ends the login that was used longest ago. */
const ofOneUserAtMost = 50;
/** The broker is asked every 2.5 s; a slow answer does not count as a missing one yet. */
const currentForMs = 15_000;
/** How long logins are believed while they cannot be looked up. */
const believedForMs = 60_000;
const followedEveryMs = 500;
const endedEveryMs = 15_000;

export interface LoginsOptions {
  readonly book: () => LoginBook;
  readonly users: Users;
  /** Whether the broker is there. */
  readonly isUp: () => boolean;
  /** Called for each login that ended by itself, by the process that deletes it. */
  readonly onExpired: (login: Login, user: User | undefined) => void;
  readonly log: Logger;
  readonly clocks?: Clocks;
}

/** The logins of LOGINS: opened, judged, noted as used, and ended, in every process alike. */
export class Logins {
  readonly #options: LoginsOptions;
  readonly #clocks: Clocks;
  readonly #times: LoginTimes;
  readonly #mirror: RecordMirror<Login>;
  /** Hashes of tokens that were replaced: their records open nothing, although they may still be there. */
  readonly #replaced = new Set<string>();
  readonly #followed = new Set<{ readonly id: string; readonly grants: string; readonly end: () => void }>();
  readonly #following: NodeJS.Timeout;
  readonly #ending: NodeJS.Timeout;

  constructor(options: LoginsOptions) {
    this.#options = options;
    this.#clocks = options.clocks ?? systemClocks;
    this.#times = new LoginTimes(this.#clocks);
    this.#mirror = new RecordMirror({
      keyOf: ({ sha256 }) => sha256,
      steadyMs: this.#clocks.steadyMs,
      onChange: (sha256, login) => this.#changed(sha256, login),
    });
    this.#following = setInterval(() => this.#endFollowed(), followedEveryMs).unref();
    this.#ending = setInterval(() => void this.endExpired(), endedEveryMs).unref();
  }

  load = (book: LoginBook): Promise<void> => this.#mirror.load(book);

  /** The token is returned here and never again. @throws BrokerUnavailable */
  async open({
    user,
    how,
    address,
    agent,
    overHttps,
    wallDisplay = false,
    ...proof
  }: NewLogin): Promise<OpenedLogin> {
    const now = this.#clocks.wallMs();
    const at = new Date(now).toISOString();
    const opened = await this.#create({
      ...{ v: 1, id: randomId('l'), replaces: null, user: user.id, how, address, agent },
      ...{
        created_at: at,
        authenticated_at: timeText(proof.authenticatedAtMs ?? now),
        last_seen_at: at,
        over_https: overHttps,
      },
      expires_at: new Date(now + (wallDisplay ? wallDisplayLastsMs : lastsMs)).toISOString(),
      idle_minutes: wallDisplay ? null : idleMinutes,
    });
    const [oldest, ...others] = this.ofUser(user.id);
    if (oldest && others.length >= ofOneUserAtMost) await this.end(oldest.id);
    return opened;
  }

  /** The same login under another token, after its person has shown once more who they are. @throws BrokerUnavailable */
  async renew(login: Login, authenticatedAtMs = this.#clocks.wallMs()): Promise<OpenedLogin> {
    const { sha256, ...rest } = login;
    const renewed = await this.#create({
      ...{ ...rest, replaces: sha256, last_seen_at: timeText(this.#clocks.wallMs()) },
      authenticated_at: timeText(authenticatedAtMs),
    });
    await this.#delete(sha256);
    return renewed;
  }

  /**
   * Judges a token without asking the broker.
   * @param overHttps whether its cookie came over HTTPS, which has to match how the login was opened; undefined: no
   * cookie
   */
  check(token: string, overHttps: boolean | undefined): LoginCheck {
    const currency = this.currency();
    if (currency === 'unknown') return { ok: false, why: 'unavailable' };
    const login = isLoginToken(token) ? this.#mirror.get(sha256Of(token))?.record : undefined;
    // Perhaps it was opened elsewhere a moment before the broker became unavailable.
    if (!login && currency !== 'current') return { ok: false, why: 'unavailable' };
    return this.#checkOf(login, overHttps);
  }

  /** Judges a token that is not known here by asking the broker: another process may have just opened the login. */
  async lookUp(token: string, overHttps: boolean | undefined): Promise<LoginCheck> {
    if (!isLoginToken(token)) return { ok: false, why: 'unknown' };
    try {
      const entry = await this.#options.book().read(sha256Of(token));
      if (entry) this.#mirror.take(entry);
      return this.#checkOf(entry && this.#mirror.get(entry.record.sha256)?.record, overHttps);
    } catch (err) {
      this.#options.log.debug({ err }, 'a login could not be looked up');
      return { ok: false, why: 'unavailable' };
    }
  }

  /** How far what is known here may be believed: for anything, for reading only, or not at all. */
  currency(): 'current' | 'reading' | 'unknown' {
    const { users, isUp } = this.#options;
    const ageMs = Math.max(this.#mirror.ageMs(), users.ageMs());
    if (ageMs > believedForMs) return 'unknown';
    return ageMs <= currentForMs && isUp() ? 'current' : 'reading';
  }

  /** The logins of a user that are not over, the one used longest ago first. */
  ofUser(userId: string): Login[] {
    return this.#mirror
      .list()
      .filter((login) => login.user === userId && !this.#isOver(login))
      .sort((one, other) => one.last_seen_at.localeCompare(other.last_seen_at));
  }

  byId(id: string): Login | undefined {
    return this.#mirror.list().find((login) => login.id === id && !this.#isOver(login));
  }

  isFresh({ authenticated_at }: Pick<Login, 'authenticated_at'>, withinMs: number): boolean {
    return this.#times.isFresh(authenticated_at, withinMs);
  }

  /**
   * Records when the login was last used, to within a minute. Never waits and never fails: if the broker does not take
   * it, a later use is noted.
   */
  noteUse(id: string): void {
    const sha256 = this.byId(id)?.sha256;
    const entry = sha256 === undefined ? undefined : this.#mirror.get(sha256);
    if (!entry || !this.#times.used(entry.record.sha256)) return;
    const { revision } = entry;
    const record: Login = {
      ...entry.record,
      last_seen_at: new Date(this.#clocks.wallMs()).toISOString(),
    };
    void (async () => {
      const newRevision = await this.#options.book().replace({ record, revision });
      if (newRevision !== undefined) this.#mirror.take({ record, revision: newRevision });
    })().catch((err: unknown) => this.#options.log.debug({ err }, 'the use of a login could not be noted'));
  }

  /** Ends a login in every process. @returns false when there is none. @throws BrokerUnavailable */
  async end(id: string): Promise<boolean> {
    const all = this.#mirror.list().filter((login) => login.id === id);
    const ended = await Promise.all(all.map(({ sha256 }) => this.#delete(sha256)));
    return ended.includes(true);
  }

  /** Ends all logins of a user, except the one with `exceptId`. @returns those that were ended. @throws BrokerUnavailable */
  async endAllOf(userId: string, exceptId?: string): Promise<Login[]> {
    const others = this.ofUser(userId).filter(({ id }) => id !== exceptId);
    const ended = await Promise.all(others.map(({ id }) => this.end(id)));
    return others.filter((_login, index) => ended[index]);
  }

  /**
   * Calls back once when the login is over, when its person's grants change, or when it cannot be checked; the returned
   * function cancels that.
   */
  whenOver(
    { loginId: id, grants }: { readonly loginId: string; readonly grants: readonly Grant[] },
    end: () => void,
  ): () => void {
    const followed = { id, grants: JSON.stringify(grants), end };
    this.#followed.add(followed);
    return () => this.#followed.delete(followed);
  }

  stop: Stop = async () => {
    clearInterval(this.#following);
    clearInterval(this.#ending);
    await this.#mirror.stop();
  };

  async #create(loginFields: Omit<Login, 'sha256'>): Promise<OpenedLogin> {
    const token = `hfl_${randomBytes(32).toString('base64url')}`;
    const login = { ...loginFields, sha256: sha256Of(token) } as Login;
    const revision = await this.#options.book().create(login);
    if (revision === undefined)
      throw new Error('a token came twice: the random numbers of this machine are none');
    this.#mirror.take({ record: login, revision });
    return { login, token };
  }

  /** False when it was gone already. */
  async #delete(sha256: string): Promise<boolean> {
    const book = this.#options.book();
    for (;;) {
      const entry = await book.read(sha256);
      if (entry && !(await book.delete(entry))) continue;
      this.#mirror.drop(sha256);
      return entry !== undefined;
    }
  }

  #checkOf(login: Login | undefined, overHttps: boolean | undefined): LoginCheck {
    if (!login || this.#isOver(login)) return { ok: false, why: 'unknown' };
    if (overHttps !== undefined && login.over_https !== overHttps) return { ok: false, why: 'unknown' };
    const user = this.#options.users.byId(login.user);
    if (!user || user.disabled) return { ok: false, why: 'unknown' };
    return { ok: true, login, user };
  }

  #isOver(login: Login): boolean {
    return this.#replaced.has(login.sha256) || this.#times.isOver(login);
  }

  #changed(sha256: string, login: Login | undefined): void {
    if (login) {
      if (login.replaces !== null) this.#replaced.add(login.replaces);
      this.#times.follow(login);
    } else {
      this.#replaced.delete(sha256);
      this.#times.forget(sha256);
    }
    if (this.#followed.size > 0) this.#endFollowed();
  }

  #endFollowed(): void {
    const isKnown = this.currency() !== 'unknown';
    for (const followed of this.#followed) {
      const login = isKnown ? this.byId(followed.id) : undefined;
      const user = login && this.#options.users.byId(login.user);
      if (user && !user.disabled && JSON.stringify(user.grants) === followed.grants) continue;
      this.#followed.delete(followed);
      followed.end();
    }
  }

  /** Ends the logins that are over; only one of several processes ends and reports each. */
  endExpired = async (): Promise<void> => {
    if (this.currency() !== 'current') return;
    for (const login of this.#mirror.list()) {
      if (!this.#isOver(login)) continue;
      const entry = this.#mirror.get(login.sha256);
      try {
        if (!entry || !(await this.#options.book().delete(entry))) continue;
        const isReplaced = this.#replaced.has(login.sha256);
        this.#mirror.drop(login.sha256);
        if (!isReplaced) this.#options.onExpired(login, this.#options.users.byId(login.user));
      } catch (err) {
        this.#options.log.debug({ err }, 'a login that is over could not be taken away');
        return;
      }
    }
  };
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

function sha256Of(token: string): string {
  return hash('sha256', token);
}
