import { hash, randomBytes } from 'node:crypto';
import { everySite } from '@holdfast/shared/contracts/api-key.ts';
import { type FirstLink, isFirstLinkToken } from '@holdfast/shared/contracts/first-link.ts';
import type { LinkBook, StoredRecord } from '../../ports.ts';
import type { Users } from '../users.ts';

const lastsMs = 24 * 3_600_000;

/** A link with its address, which is shown only this once. */
export interface IssuedLink {
  readonly url: string;
  readonly expires_at: string;
}

/** Links by which a person becomes the first administrator. All are over as soon as there is one. */
export class FirstLinks {
  readonly #book: () => LinkBook;
  readonly #users: Users;
  readonly #address: string;
  readonly #now: () => number;

  /** @param address of the API, as browsers reach it, without a slash at its end */
  constructor(options: { book: () => LinkBook; users: Users; address: string; now?: () => number }) {
    this.#book = options.book;
    this.#users = options.users;
    this.#address = options.address;
    this.#now = options.now ?? Date.now;
  }

  /** Undefined when there is an administrator. @throws BrokerUnavailable */
  async issue(by: string, book = this.#book()): Promise<IssuedLink | undefined> {
    if (this.hasAdministrator()) return undefined;
    const token = `hff_${randomBytes(32).toString('base64url')}`;
    const now = this.#now();
    const record: FirstLink = {
      ...{ v: 1, sha256: hash('sha256', token), created_by: by },
      created_at: new Date(now).toISOString(),
      expires_at: new Date(now + lastsMs).toISOString(),
    };
    if ((await book.create(record)) === undefined) throw new Error('a token came twice');
    return { url: `${this.#address}/first-administrator?token=${token}`, expires_at: record.expires_at };
  }

  /** The link of the token, or undefined if it opens nothing, or nothing any more. @throws BrokerUnavailable */
  async look(token: string): Promise<StoredRecord<FirstLink> | undefined> {
    if (!isFirstLinkToken(token) || this.hasAdministrator()) return undefined;
    const entry = await this.#book().read(hash('sha256', token));
    return entry && Date.parse(entry.record.expires_at) > this.#now() ? entry : undefined;
  }

  /** Uses the link up: when several try at once, only one gets true. @throws BrokerUnavailable */
  async use(link: StoredRecord<FirstLink>): Promise<boolean> {
    return this.#book().delete(link);
  }

  /** Whether any user can log in and do everything everywhere. */
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
}
