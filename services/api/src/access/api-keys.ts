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
import type { KeyBook, StoredRecord } from '../ports.ts';
import { sitesWhere } from './granted-sites.ts';
import { nameAsRead } from './name-as-read.ts';
import { RecordMirror } from './record-mirror.ts';

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

const noSecret = Buffer.alloc(32);

/** The broker syncs each write to disk, so a use is noted only this often, not for every request. */
const useNotedEveryMs = 5 * 60_000;
/** A stream outlasts its key by no more than this. */
const followedEveryMs = 1_000;

/** The keys of API_KEYS: made, judged, noted as used, and revoked, in every process alike. */
export class ApiKeys {
  readonly #book: () => KeyBook;
  readonly #log: Logger;
  readonly #now: () => number;
  /** When this process last tried to note a use of each key, in ms since 1970, whether or not that worked. */
  readonly #useNotedAt = new Map<string, number>();
  readonly #mirror: RecordMirror<ApiKeyRecord>;
  readonly #followed = new Set<{ readonly id: string; readonly end: () => void }>();
  readonly #following: NodeJS.Timeout;

  constructor(options: { book: () => KeyBook; log: Logger; now?: () => number }) {
    this.#book = options.book;
    this.#log = options.log;
    this.#now = options.now ?? Date.now;
    this.#mirror = new RecordMirror({
      keyOf: ({ id }) => id,
      onChange: () => this.#endFollowed(),
    });
    this.#following = setInterval(() => this.#endFollowed(), followedEveryMs).unref();
  }

  load = (book: KeyBook): Promise<void> => this.#mirror.load(book);

  /** Whether it is known which keys there are. */
  isLoaded(): boolean {
    return this.#mirror.isLoaded();
  }

  /**
   * Whether there has ever been a key. Revoked and expired ones count, or waiting for the last to expire would let
   * every caller in.
   */
  hasAny(): boolean {
    return this.list().length > 0;
  }

  /** All keys, expired and revoked ones too; oldest first. */
  list(): readonly ApiKeyRecord[] {
    return this.#mirror
      .list()
      .toSorted(
        (one, other) => one.created_at.localeCompare(other.created_at) || one.id.localeCompare(other.id),
      );
  }

  /** Checks a key in constant time: an unknown key takes as long as a wrong one. */
  check(text: string): KeyCheck {
    const parts = parseApiKey(text);
    const record = parts && this.#mirror.get(parts.id)?.record;
    const hashGiven = hash('sha256', parts?.secret ?? '', 'buffer');
    const hashOnRecord = record ? Buffer.from(record.sha256, 'hex') : noSecret;
    if (!timingSafeEqual(hashGiven, hashOnRecord) || !record) return { ok: false, why: 'unknown' };
    if (record.revoked_at !== null) return { ok: false, why: 'revoked', key: record };
    if (this.#isExpired(record)) return { ok: false, why: 'expired', key: record };
    return { ok: true, key: record };
  }

  /**
   * The key's text is shown here and never again.
   * @returns undefined when a usable key has the name already, ignoring case. @throws BrokerUnavailable
   */
  async issue(newKey: NewKey): Promise<{ readonly key: ApiKeyRecord; readonly text: string } | undefined> {
    if (this.#ofName(this.list(), newKey.name)) return undefined;
    for (;;) {
      const id = randomBytes(4).toString('hex');
      const secret = randomBytes(32).toString('base64url');
      const key = await this.#create(id, secret, newKey);
      if (!key) continue;
      // Another process may have made a key of this name meanwhile: each finds the other's, so at most one stays.
      const entries = await this.#book().readAll();
      const others = entries.filter(({ record }) => record.id !== id).map(({ record }) => record);
      if (!this.#ofName(others, newKey.name)) return { key, text: formatApiKey({ id, secret }) };
      const own = entries.find(({ record }) => record.id === id);
      if (own && (await this.#book().delete(own))) this.#mirror.drop(id);
      return undefined;
    }
  }

  /**
   * Makes the key of the installation unless there is a key already. A revoked one stays revoked.
   * @throws BrokerUnavailable
   */
  async bootstrap(text: string, book: KeyBook): Promise<void> {
    const parts = parseApiKey(text);
    if (!parts || this.hasAny()) return;
    const newKey: NewKey = {
      ...{ name: 'admin', grants: [{ role: 'administrator', sites: [everySite] }] },
      ...{ expiresAt: null, networks: [], by: 'bootstrap' },
    };
    const key = await this.#create(parts.id, parts.secret, newKey, book);
    if (key) this.#log.info({ key_id: key.id }, 'the first key was made: that of the settings');
  }

  /**
   * Revokes a key, by its id or its name; a key that is revoked already stays as it is. Where several have the name,
   * the usable one is revoked, or else the newest. @throws BrokerUnavailable
   */
  async revoke(idOrName: string, by: string): Promise<Revoked> {
    for (;;) {
      const entry = this.#keyNamed(await this.#book().readAll(), idOrName);
      if (!entry) return { ok: false, why: 'unknown' };
      const { record } = entry;
      if (record.revoked_at !== null) return { ok: true, key: record };
      if (this.#isLastAdministrator(record)) return { ok: false, why: 'last_administrator' };
      const revoked = { ...record, revoked_at: new Date(this.#now()).toISOString(), revoked_by: by };
      const revision = await this.#book().replace({ record: revoked, revision: entry.revision });
      if (revision === undefined) continue;
      this.#mirror.take({ record: revoked, revision });
      return { ok: true, key: revoked };
    }
  }

  /**
   * Records when the key was last used, to within some minutes. Never waits and never fails: if the broker does not
   * take it, or another process has just written the key, a later use is noted.
   */
  noteUse(id: string): void {
    const entry = this.#mirror.get(id);
    if (!entry) return;
    const { revision, record } = entry;
    const now = this.#now();
    const notedAt = Math.max(this.#useNotedAt.get(id) ?? 0, Date.parse(record.last_used_at ?? '') || 0);
    if (now - notedAt < useNotedEveryMs) return;
    this.#useNotedAt.set(id, now);
    const used = { ...record, last_used_at: new Date(now).toISOString() };
    void (async () => {
      const newRevision = await this.#book().replace({ record: used, revision });
      if (newRevision !== undefined) this.#mirror.take({ record: used, revision: newRevision });
    })().catch((err: unknown) => this.#log.debug({ err, key_id: id }, 'the use of a key could not be noted'));
  }

  /** Calls back once when the key is revoked, gone or expired; the returned function cancels that. */
  whenLost(id: string, end: () => void): () => void {
    const followed = { id, end };
    this.#followed.add(followed);
    return () => this.#followed.delete(followed);
  }

  stop: Stop = async () => {
    clearInterval(this.#following);
    await this.#mirror.stop();
  };

  async #create(
    id: string,
    secret: string,
    newKey: NewKey,
    book: KeyBook = this.#book(),
  ): Promise<ApiKeyRecord | undefined> {
    const record: ApiKeyRecord = {
      v: 1,
      id,
      sha256: createHash('sha256').update(secret).digest('hex'),
      name: newKey.name,
      grants: [...newKey.grants],
      created_at: new Date(this.#now()).toISOString(),
      created_by: newKey.by,
      expires_at: newKey.expiresAt,
      revoked_at: null,
      revoked_by: null,
      networks: [...newKey.networks],
      last_used_at: null,
    };
    const revision = await book.create(record);
    if (revision === undefined) return undefined;
    this.#mirror.take({ record, revision });
    return record;
  }

  #endFollowed(): void {
    for (const followed of this.#followed) {
      if (this.#usable(followed.id)) continue;
      this.#followed.delete(followed);
      followed.end();
    }
  }

  #isExpired({ expires_at: expiresAt }: ApiKeyRecord): boolean {
    return expiresAt !== null && Date.parse(expiresAt) <= this.#now();
  }

  #usable(id: string): boolean {
    const record = this.#mirror.get(id)?.record;
    return record !== undefined && this.#isOfUse(record);
  }

  #isOfUse(record: ApiKeyRecord): boolean {
    return record.revoked_at === null && !this.#isExpired(record);
  }

  #keyNamed(
    keys: readonly StoredRecord<ApiKeyRecord>[],
    idOrName: string,
  ): StoredRecord<ApiKeyRecord> | undefined {
    const read = nameAsRead(idOrName);
    const ofName = keys
      .filter(({ record }) => nameAsRead(record.name) === read)
      .sort((one, other) => other.record.created_at.localeCompare(one.record.created_at));
    const byId = keys.find(({ record }) => record.id === idOrName);
    return byId ?? ofName.find(({ record }) => this.#isOfUse(record)) ?? ofName[0];
  }

  /** The usable one of these keys that has the name. */
  #ofName(keys: readonly ApiKeyRecord[], name: string): ApiKeyRecord | undefined {
    const read = nameAsRead(name);
    return keys.find((key) => nameAsRead(key.name) === read && this.#isOfUse(key));
  }

  /**
   * True for the last usable administrator's key for all sites. A key bound to networks does not count: a mistyped
   * network must not lock administrators out.
   */
  #isLastAdministrator(record: ApiKeyRecord): boolean {
    const isOne = ({ id, grants, networks }: ApiKeyRecord) =>
      sitesWhere(grants, 'administrator') === 'everywhere' && networks.length === 0 && this.#usable(id);
    return isOne(record) && !this.list().some((other) => other.id !== record.id && isOne(other));
  }
}
