import { createHash, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  type ApiKeyRecord,
  everySite,
  formatApiKey,
  type Grant,
  parseApiKey,
} from '@holdfast/shared/contracts/api-key.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { KeyBook, Stored } from '../ports.ts';
import { asRead } from './as-read.ts';
import { sitesWhere } from './granted-sites.ts';

export type KeyCheck =
  | { readonly ok: true; readonly key: ApiKeyRecord }
  | { readonly ok: false; readonly why: 'unknown' }
  | { readonly ok: false; readonly why: 'expired' | 'revoked'; readonly key: ApiKeyRecord };

export interface NewKey {
  readonly name: string;
  readonly grants: readonly Grant[];
  /** RFC 3339; null: it does not expire. */
  readonly expiresAt: string | null;
  /** In CIDR notation; none: from anywhere. */
  readonly networks: readonly string[];
  readonly by: string;
}

export type Revoked =
  | { readonly ok: true; readonly key: ApiKeyRecord }
  | { readonly ok: false; readonly why: 'unknown' | 'last_administrator' };

/** Without a record when it is gone. */
type KnownKeys = Map<string, { readonly revision: number; readonly record: ApiKeyRecord | undefined }>;

const noSecret = Buffer.alloc(32);

/** The broker syncs each write to disk: not one for every request, but so seldom that it is nothing. */
const useNotedEveryMs = 5 * 60_000;

/**
 * The keys of API_KEYS, kept here so that a request costs no question to the broker and is judged while that is away.
 * What is revoked elsewhere is revoked here as soon as the broker tells of it.
 */
export class ApiKeys {
  readonly #book: () => KeyBook;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #onLoss = new Map<string, Set<() => void>>();
  /** When a use was last noted from here, in ms since 1970, whatever came of it. */
  readonly #useNotedAt = new Map<string, number>();
  #keys: KnownKeys = new Map();
  #loaded = false;
  #stopWatch: (() => void) | undefined;

  constructor(options: { book: () => KeyBook; log: Logger; now?: () => number }) {
    this.#book = options.book;
    this.#log = options.log;
    this.#now = options.now ?? Date.now;
  }

  /** Reads all keys and follows their changes; called again after every reconnect, when some may have been missed. */
  async load(book: KeyBook): Promise<void> {
    this.#stopWatch?.();
    this.#stopWatch = undefined;
    const fresh: KnownKeys = new Map();
    const take = (id: string, revision: number, record: ApiKeyRecord | undefined) => {
      const known = fresh.get(id);
      if (known && known.revision >= revision) return;
      fresh.set(id, { revision, record });
      if (fresh === this.#keys && (!record || record.revoked_at !== null)) this.#tellLoss(id);
    };
    this.#stopWatch = await book.watch(take);
    for (const { record, revision } of await book.readAll()) take(record.id, revision, record);
    this.#keys = fresh;
    this.#loaded = true;
    for (const id of this.#onLoss.keys()) if (!this.#usable(id)) this.#tellLoss(id);
  }

  /** Whether it is known which keys there are. */
  isLoaded(): boolean {
    return this.#loaded;
  }

  /** Whether there has ever been one: revoked and expired ones count, or whoever waits would get in without. */
  hasAny(): boolean {
    return this.list().length > 0;
  }

  /** All keys, expired and revoked ones too; oldest first. */
  list(): readonly ApiKeyRecord[] {
    return [...this.#keys.values()]
      .flatMap(({ record }) => (record ? [record] : []))
      .sort((one, other) => one.created_at.localeCompare(other.created_at) || one.id.localeCompare(other.id));
  }

  /** As secret comparisons have to be: what is not known takes as long as what is wrong. */
  check(text: string): KeyCheck {
    const parts = parseApiKey(text);
    const record = parts && this.#keys.get(parts.id)?.record;
    const given = hash('sha256', parts?.secret ?? '', 'buffer');
    const kept = record ? Buffer.from(record.sha256, 'hex') : noSecret;
    if (!timingSafeEqual(given, kept) || !record) return { ok: false, why: 'unknown' };
    if (record.revoked_at !== null) return { ok: false, why: 'revoked', key: record };
    if (this.#isExpired(record)) return { ok: false, why: 'expired', key: record };
    return { ok: true, key: record };
  }

  /**
   * The key's text is shown here and never again.
   * @returns undefined when a key that is of use has the name, in whatever case. @throws BrokerUnavailable
   */
  async issue(wanted: NewKey): Promise<{ readonly key: ApiKeyRecord; readonly text: string } | undefined> {
    if (this.#ofName(this.list(), wanted.name)) return undefined;
    for (;;) {
      const id = randomBytes(4).toString('hex');
      const secret = randomBytes(32).toString('base64url');
      const key = await this.#create(id, secret, wanted);
      if (!key) continue;
      // Another process may have made one meanwhile: each of the two finds the other, so one at most stays.
      const stored = await this.#book().readAll();
      const others = stored.filter(({ record }) => record.id !== id).map(({ record }) => record);
      if (!this.#ofName(others, wanted.name)) return { key, text: formatApiKey({ id, secret }) };
      const own = stored.find(({ record }) => record.id === id);
      if (own) await this.#book().delete(own);
      return undefined;
    }
  }

  /**
   * Makes the key of the installation unless there is any. One that was revoked stays so.
   * @throws BrokerUnavailable
   */
  async bootstrap(text: string, book: KeyBook): Promise<void> {
    const parts = parseApiKey(text);
    if (!parts || this.hasAny()) return;
    const wanted: NewKey = {
      ...{ name: 'admin', grants: [{ role: 'administrator', sites: [everySite] }] },
      ...{ expiresAt: null, networks: [], by: 'bootstrap' },
    };
    const key = await this.#create(parts.id, parts.secret, wanted, book);
    if (key) this.#log.info({ key_id: key.id }, 'the first key was made: that of the settings');
  }

  /**
   * Revokes a key, by its id or its name; one that is revoked already stays as it is. Where several have the name, it is the one that
   * is of use, or else the newest. @throws BrokerUnavailable
   */
  async revoke(idOrName: string, by: string): Promise<Revoked> {
    for (;;) {
      const stored = this.#named(await this.#book().readAll(), idOrName);
      if (!stored) return { ok: false, why: 'unknown' };
      const { record } = stored;
      if (record.revoked_at !== null) return { ok: true, key: record };
      if (this.#isLastAdministrator(record)) return { ok: false, why: 'last_administrator' };
      const revoked = { ...record, revoked_at: new Date(this.#now()).toISOString(), revoked_by: by };
      const revision = await this.#book().replace({ record: revoked, revision: stored.revision });
      if (revision === undefined) continue;
      this.#take({ record: revoked, revision });
      return { ok: true, key: revoked };
    }
  }

  /**
   * Keeps when the key was last used, to some minutes. Never waits and never fails: where the broker does not take it, or
   * another process has just written the key, a later use is noted.
   */
  noteUse(id: string): void {
    const known = this.#keys.get(id);
    if (!known?.record) return;
    const { revision, record } = known;
    const now = this.#now();
    const notedAt = Math.max(this.#useNotedAt.get(id) ?? 0, Date.parse(record.last_used_at ?? '') || 0);
    if (now - notedAt < useNotedEveryMs) return;
    this.#useNotedAt.set(id, now);
    const used = { ...record, last_used_at: new Date(now).toISOString() };
    void (async () => {
      const written = await this.#book().replace({ record: used, revision });
      if (written !== undefined) this.#take({ record: used, revision: written });
    })().catch((err: unknown) => this.#log.debug({ err, key_id: id }, 'the use of a key could not be noted'));
  }

  /** Calls back once when the key is of no use any more; the answer takes that back. */
  whenLost(id: string, callback: () => void): () => void {
    const callbacks = this.#onLoss.get(id) ?? new Set();
    this.#onLoss.set(id, callbacks.add(callback));
    return () => {
      callbacks.delete(callback);
      if (callbacks.size === 0) this.#onLoss.delete(id);
    };
  }

  stop: Stop = async () => this.#stopWatch?.();

  async #create(
    id: string,
    secret: string,
    wanted: NewKey,
    book: KeyBook = this.#book(),
  ): Promise<ApiKeyRecord | undefined> {
    const record: ApiKeyRecord = {
      v: 1,
      id,
      sha256: createHash('sha256').update(secret).digest('hex'),
      name: wanted.name,
      grants: [...wanted.grants],
      created_at: new Date(this.#now()).toISOString(),
      created_by: wanted.by,
      expires_at: wanted.expiresAt,
      revoked_at: null,
      revoked_by: null,
      networks: [...wanted.networks],
      last_used_at: null,
    };
    const revision = await book.create(record);
    if (revision === undefined) return undefined;
    this.#take({ record, revision });
    return record;
  }

  /** Without waiting for the watch, so that whoever was answered finds it so. */
  #take({ record, revision }: Stored<ApiKeyRecord>): void {
    const known = this.#keys.get(record.id);
    if (known && known.revision >= revision) return;
    this.#keys.set(record.id, { record, revision });
    if (record.revoked_at !== null) this.#tellLoss(record.id);
  }

  #tellLoss(id: string): void {
    const callbacks = this.#onLoss.get(id) ?? [];
    this.#onLoss.delete(id);
    for (const callback of callbacks) callback();
  }

  #isExpired({ expires_at: expiresAt }: ApiKeyRecord): boolean {
    return expiresAt !== null && Date.parse(expiresAt) <= this.#now();
  }

  #usable(id: string): boolean {
    const record = this.#keys.get(id)?.record;
    return record !== undefined && this.#isOfUse(record);
  }

  #isOfUse(record: ApiKeyRecord): boolean {
    return record.revoked_at === null && !this.#isExpired(record);
  }

  #named(keys: readonly Stored<ApiKeyRecord>[], idOrName: string): Stored<ApiKeyRecord> | undefined {
    const read = asRead(idOrName);
    const ofName = keys
      .filter(({ record }) => asRead(record.name) === read)
      .sort((one, other) => other.record.created_at.localeCompare(one.record.created_at));
    const byId = keys.find(({ record }) => record.id === idOrName);
    return byId ?? ofName.find(({ record }) => this.#isOfUse(record)) ?? ofName[0];
  }

  /** The one of these keys that is of use and has the name. */
  #ofName(keys: readonly ApiKeyRecord[], name: string): ApiKeyRecord | undefined {
    const read = asRead(name);
    return keys.find((key) => asRead(key.name) === read && this.#isOfUse(key));
  }

  /** True for the last administrator's key for all sites that may be used from anywhere: a mistyped network must lock nobody out. */
  #isLastAdministrator(record: ApiKeyRecord): boolean {
    const isOne = ({ id, grants, networks }: ApiKeyRecord) =>
      sitesWhere(grants, 'administrator') === 'everywhere' && networks.length === 0 && this.#usable(id);
    return isOne(record) && !this.list().some((other) => other.id !== record.id && isOne(other));
  }
}
