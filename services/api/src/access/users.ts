import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import { type User, userKey } from '@holdfast/shared/contracts/user.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { UserBook } from '../ports.ts';
import { randomId } from './random-id.ts';
import { RecordMirror } from './record-mirror.ts';

export interface NewUser {
  readonly login: string;
  readonly name: string;
  readonly language?: User['language'];
  readonly grants: readonly Grant[];
  /** As `Passwords.hash` gives it; null: no login by password. */
  readonly password: string | null;
  readonly identity: User['identity'];
  readonly passwordLink?: User['password_link'];
  readonly by: string;
}

/** The people of USERS. */
export class Users {
  readonly #book: () => UserBook;
  readonly #mirror: RecordMirror<User>;
  readonly #now: () => number;
  #ofId: Map<string, User> | undefined;

  constructor(options: { book: () => UserBook; now?: () => number; onChange?: (user: User) => void }) {
    this.#book = options.book;
    this.#now = options.now ?? Date.now;
    this.#mirror = new RecordMirror<User>({
      keyOf: userKey,
      onChange: (_key, user) => {
        this.#ofId = undefined;
        if (user) options.onChange?.(user);
      },
    });
  }

  load = (book: UserBook): Promise<void> => this.#mirror.load(book);

  isLoaded(): boolean {
    return this.#mirror.isLoaded();
  }

  /** For how long changes may have been missed, in ms. */
  ageMs(): number {
    return this.#mirror.ageMs();
  }

  /** All users, even disabled ones, in the order of their logins. */
  list(): readonly User[] {
    return [...this.#mirror.list()].sort((one, other) => userKey(one).localeCompare(userKey(other)));
  }

  byId(id: string): User | undefined {
    this.#ofId ??= new Map(this.#mirror.list().map((user) => [user.id, user]));
    return this.#ofId.get(id);
  }

  /** Ignores case. */
  byLogin(login: string): User | undefined {
    return this.#mirror.get(userKey({ login }))?.record;
  }

  byIdentity({ issuer, subject }: { issuer: string; subject: string }): User | undefined {
    return this.#mirror
      .list()
      .find(({ identity }) => identity?.issuer === issuer && identity.subject === subject);
  }

  /** The user as the broker has it now: another process may have just made it. @throws BrokerUnavailable */
  async lookUp(login: string): Promise<User | undefined> {
    const entry = await this.#book().read(userKey({ login }));
    if (entry) this.#mirror.take(entry);
    return entry?.record;
  }

  /** @returns undefined when the login is taken. @throws BrokerUnavailable */
  async create(newUser: NewUser): Promise<User | undefined> {
    const now = new Date(this.#now()).toISOString();
    const record: User = {
      ...{ v: 1, id: randomId('u'), login: newUser.login, name: newUser.name.normalize('NFC') },
      ...{ language: newUser.language ?? null, grants: [...newUser.grants] },
      ...{ password: newUser.password, identity: newUser.identity, disabled: false },
      password_link: newUser.passwordLink ?? null,
      ...{ created_at: now, created_by: newUser.by, changed_at: now },
    };
    const revision = await this.#book().create(record);
    if (revision === undefined) return undefined;
    this.#mirror.take({ record, revision });
    return record;
  }

  /**
   * Changes a user as it is at the broker now. `change` may be called more than once, and what it throws is passed on;
   * id and login stay.
   * @returns undefined when there is none. @throws BrokerUnavailable
   */
  async change(id: string, change: (user: User) => Partial<User>): Promise<User | undefined> {
    return this.#replace(id, (before) => {
      const changed_at = new Date(this.#now()).toISOString();
      return { ...before, ...change(before), id: before.id, login: before.login, changed_at };
    });
  }

  /** Records that the user has just logged in. @throws BrokerUnavailable */
  async noteLogin(id: string): Promise<void> {
    const last_login_at = new Date(this.#now()).toISOString();
    await this.#replace(id, (before) => ({ ...before, last_login_at }));
  }

  stop: Stop = () => this.#mirror.stop();

  async #replace(id: string, after: (before: User) => User): Promise<User | undefined> {
    for (;;) {
      const user = this.byId(id);
      const entry = user && (await this.#book().read(userKey(user)));
      if (!entry) return undefined;
      const record = after(entry.record);
      const revision = await this.#book().replace({ record, revision: entry.revision });
      if (revision === undefined) continue;
      this.#mirror.take({ record, revision });
      return record;
    }
  }
}
