import { hash, randomBytes } from 'node:crypto';
import { everySite } from '@holdfast/shared/contracts/api-key.ts';
import { isLinkToken, type OneTimeLink } from '@holdfast/shared/contracts/one-time-link.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import type { LinkBook, Stored } from '../ports.ts';
import type { Users } from './users.ts';

const hourMs = 3_600_000;
const lastsMs = { first_administrator: 24 * hourMs, new_password: 72 * hourMs } as const;
const pages = { first_administrator: '/first-administrator', new_password: '/new-password' } as const;

/** A link with its address, which is told this once. */
export interface IssuedLink {
  readonly url: string;
  readonly expires_at: string;
}

/** A page that an address opens: for whom, and the record by which it is used up. */
export interface OpenLink {
  readonly stored: Stored<OneTimeLink>;
  /** Undefined: for the first administrator. */
  readonly user: User | undefined;
}

/** Addresses that open a page once, for people who have no password yet. */
export class OneTimeLinks {
  readonly #book: () => LinkBook;
  readonly #users: Users;
  readonly #origin: string;
  readonly #now: () => number;

  /** @param origin of the pages, as browsers reach it */
  constructor(options: { book: () => LinkBook; users: Users; origin: string; now?: () => number }) {
    this.#book = options.book;
    this.#users = options.users;
    this.#origin = options.origin;
    this.#now = options.now ?? Date.now;
  }

  /** For the first administrator; undefined when there is one. @throws BrokerUnavailable */
  async forFirstAdministrator(by: string, book = this.#book()): Promise<IssuedLink | undefined> {
    return this.hasAdministrator() ? undefined : this.#issue('first_administrator', null, by, book);
  }

  /** With which a person chooses a password; those made for them before are over. @throws BrokerUnavailable */
  async forNewPassword(user: User, by: string): Promise<IssuedLink> {
    await this.#endAllOf(user.id);
    return this.#issue('new_password', user.id, by, this.#book());
  }

  /** The page that the token opens; undefined when that is none, or none any more. @throws BrokerUnavailable */
  async look(token: string, opens: OneTimeLink['opens']): Promise<OpenLink | undefined> {
    const stored = isLinkToken(token) ? await this.#book().read(hash('sha256', token)) : undefined;
    if (!stored || stored.record.opens !== opens) return undefined;
    if (Date.parse(stored.record.expires_at) <= this.#now()) return undefined;
    if (opens === 'first_administrator') {
      return this.hasAdministrator() ? undefined : { stored, user: undefined };
    }
    const user = stored.record.user === null ? undefined : this.#users.byId(stored.record.user);
    return user && !user.disabled ? { stored, user } : undefined;
  }

  /** Uses it up: of several who try at once, one is told true. @throws BrokerUnavailable */
  async use({ stored }: OpenLink): Promise<boolean> {
    return this.#book().delete(stored);
  }

  /** Somebody who can log in and may do everything everywhere. */
  hasAdministrator(): boolean {
    return this.#users
      .list()
      .some(
        ({ disabled, password, identity, grants }) =>
          !disabled &&
          (password !== null || identity !== null) &&
          grants.some(({ role, sites }) => role === 'administrator' && sites.includes(everySite)),
      );
  }

  async #issue(
    opens: OneTimeLink['opens'],
    user: string | null,
    by: string,
    book: LinkBook,
  ): Promise<IssuedLink> {
    const token = `hfo_${randomBytes(32).toString('base64url')}`;
    const now = this.#now();
    const record: OneTimeLink = {
      ...{ v: 1, sha256: hash('sha256', token), opens, user, created_by: by },
      created_at: new Date(now).toISOString(),
      expires_at: new Date(now + lastsMs[opens]).toISOString(),
    };
    if ((await book.create(record)) === undefined) throw new Error('a token came twice');
    return { url: `${this.#origin}${pages[opens]}?token=${token}`, expires_at: record.expires_at };
  }

  async #endAllOf(user: string): Promise<void> {
    const stored = await this.#book().readAll();
    await Promise.all(
      stored.filter(({ record }) => record.user === user).map((each) => this.#book().delete(each)),
    );
  }
}
