import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { everySite, type Grant } from '@holdfast/shared/contracts/api-key.ts';
import { type BegunCompanyLogin, begunLoginLastsMs } from '@holdfast/shared/contracts/begun-login.ts';
import type { User } from '@holdfast/shared/contracts/user.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import type { Text } from '@holdfast/texts/text.ts';
import {
  type BegunLoginBook,
  type CompanyAttempt,
  type CompanyIdentity,
  type CompanyIssuer,
  CompanyIssuerUnavailable,
  CompanyLoginRefused,
  type CompanyRefusal,
} from '../../ports.ts';
import { Problem } from '../../problems/problem.ts';
import { accessText } from '../texts.ts';
import type { Users } from '../users.ts';
import { companyUser, withGrants } from './company-users.ts';
import { type GrantsByValue, mappedGrants } from './map-grants.ts';

export interface CompanySettings {
  /** The company's name for people: the word on the button. */
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly hasClientSecret: boolean;
  /** Separated by blanks. */
  readonly scopes: string;
  /** Where the provider sends browsers back to. */
  readonly redirectUri: string;
  /** Where the provider sends browsers after they have logged out there. */
  readonly afterLogout: string;
  readonly claim: string;
  readonly grants: GrantsByValue;
}

export interface CompanyLoginsOptions {
  readonly issuer: CompanyIssuer;
  readonly settings: CompanySettings;
  readonly book: () => BegunLoginBook;
  readonly users: Users;
  readonly log: Logger;
  readonly now?: () => number;
}

/** A person whom the company knows, with the rights of today. */
export interface CompanyEntry {
  readonly user: User;
  /** When the person showed the company who they are; undefined: the company does not say. */
  readonly authenticatedAtMs: number | undefined;
  readonly to: string;
  /** Id of the login that this makes fresh; null: a new one is to be opened. */
  readonly again: string | null;
}

/**
 * Logins by the company's sign-on. A login that was begun is kept at the broker until the browser is back, since it may
 * come back to another process. Then it is deleted, so that neither its address nor its code counts twice.
 */
export class CompanyLogins {
  readonly settings: CompanySettings;
  readonly #options: CompanyLoginsOptions;
  readonly #now: () => number;

  constructor(options: CompanyLoginsOptions) {
    this.settings = options.settings;
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * @param browser the secret that the browser got with an earlier login, if any: it may have several under way
   * @returns where to send the browser, and the secret that it is to bring back as a cookie
   * @throws Problem, BrokerUnavailable
   */
  async begin(request: {
    readonly to: string;
    readonly browser: string | undefined;
    readonly again: string | null;
  }): Promise<{ readonly url: URL; readonly browser: string }> {
    const browser = isSecret(request.browser) ? request.browser : newSecret();
    const attempt = this.#attempt(
      { state: newSecret(), nonce: newSecret(), codeVerifier: newSecret() },
      request.again,
    );
    const url = await this.#askIssuer(() => this.#options.issuer.begin(attempt));
    const begun: BegunCompanyLogin = {
      ...{ v: 1, kind: 'company', sha256: hash('sha256', attempt.state), browser: hash('sha256', browser) },
      ...{ nonce: attempt.nonce, code_verifier: attempt.codeVerifier, to: request.to, again: request.again },
      expires_at: new Date(this.#now() + begunLoginLastsMs).toISOString(),
    };
    if ((await this.#options.book().create(begun)) === undefined) throw new Error('a state came twice');
    return { url, browser };
  }

  /**
   * @param query of the address that the browser came back to, with its question mark
   * @throws Problem, BrokerUnavailable
   */
  async finish(query: string, browser: string | undefined): Promise<CompanyEntry> {
    const callbackUrl = new URL(this.settings.redirectUri);
    callbackUrl.search = query;
    const state = callbackUrl.searchParams.get('state') ?? '';
    const begun = await this.#takeAttempt(state, browser);
    const { nonce, code_verifier: codeVerifier, to, again } = begun;
    const attempt = this.#attempt({ state, nonce, codeVerifier }, again);
    const identity = await this.#askIssuer(() => this.#options.issuer.finish(callbackUrl, attempt));
    return { user: await this.#userOf(identity), authenticatedAtMs: identity.authenticatedAtMs, to, again };
  }

  /** Address at which the browser ends its login at the company; if there is none, `afterLogout`. @throws Problem */
  async logoutUrl(): Promise<string> {
    const { afterLogout } = this.settings;
    const url = await this.#askIssuer(() => this.#options.issuer.logoutUrl(afterLogout));
    return url?.href ?? afterLogout;
  }

  #attempt(
    secrets: Pick<CompanyAttempt, 'state' | 'nonce' | 'codeVerifier'>,
    again: string | null,
  ): CompanyAttempt {
    return { ...secrets, redirectUri: this.settings.redirectUri, mustBeFresh: again !== null };
  }

  /** Takes the login that was begun with this state in this browser; that works once. @throws Problem, BrokerUnavailable */
  async #takeAttempt(state: string, browser: string | undefined): Promise<BegunCompanyLogin> {
    const entry =
      state === '' ? undefined : await this.#options.book().read(`company.${hash('sha256', state)}`);
    const begun = entry?.record;
    const isHere =
      begun?.kind === 'company' &&
      isSecret(browser) &&
      timingSafeEqual(Buffer.from(hash('sha256', browser)), Buffer.from(begun.browser)) &&
      Date.parse(begun.expires_at) > this.#now();
    if (!entry || !isHere || !(await this.#options.book().delete(entry))) throw loginOver();
    return begun;
  }

  async #userOf(identity: CompanyIdentity): Promise<User> {
    const { users, settings } = this.#options;
    const mapped = mappedGrants(identity.claims, settings.claim, settings.grants);
    const existing = users.byIdentity(identity);
    if (existing?.disabled) throw userDisabled();
    if (mapped.ok) {
      const user = await companyUser(users, identity, mapped.grants);
      if (user.disabled) throw userDisabled();
      return user;
    }
    // Rights that the company has withdrawn end for logins open elsewhere, too.
    if (existing) await withGrants(users, existing, []);
    throw nothingGranted(identity, mapped.why, settings);
  }

  async #askIssuer<T>(ask: () => Promise<T>): Promise<T> {
    const { log, settings } = this.#options;
    try {
      return await ask();
    } catch (error) {
      if (error instanceof CompanyIssuerUnavailable) {
        log.warn({ why: error.message }, 'the company sign-on does not answer');
        throw issuerAway(settings, error);
      }
      if (!(error instanceof CompanyLoginRefused)) throw error;
      const isOurs = error.why === 'set_up' || error.why === 'clock';
      log[isOurs ? 'error' : 'info']({ why: error.message }, `a company login was refused: ${error.why}`);
      throw loginRefused(error, settings);
    }
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

function isSecret(text: string | undefined): text is string {
  return text !== undefined && /^[A-Za-z0-9_-]{43}$/.test(text);
}

function loginOver(): Problem {
  return new Problem('company_login_over', accessText('company_login_over'));
}

function issuerAway({ name }: CompanySettings, cause: Error): Problem {
  return new Problem(
    'company_login_unavailable',
    accessText('company_login_unavailable', { name }),
    {},
    { retryAfterSeconds: 10, cause },
  );
}

const refusals: Readonly<Record<CompanyRefusal, Text>> = {
  declined: accessText('refusal_declined'),
  not_valid: accessText('refusal_not_valid'),
  clock: accessText('refusal_clock'),
  set_up: accessText('refusal_set_up'),
};

function loginRefused({ why, cause }: CompanyLoginRefused, { name }: CompanySettings): Problem {
  const detail = accessText('company_refused', { name, reason: refusals[why] });
  return new Problem('company_login_failed', detail, { why }, { cause });
}

function userDisabled(): Problem {
  return new Problem('company_login_failed', accessText('your_user_is_disabled'), { why: 'disabled' });
}

const shownValues = 10;

/** The problem names what to ask for: its reader has just logged in at the company. */
function nothingGranted(
  { claims, subject }: CompanyIdentity,
  why: 'no_claim' | 'too_many' | 'none_mapped',
  { name, claim, grants }: CompanySettings,
): Problem {
  const grantsByValue = Object.entries(grants);
  const list = grantsByValue
    .slice(0, shownValues)
    .map(([value, grantsOfValue]) => `${value} (${grantsOfValue.map(words).join(', ')})`);
  const more =
    grantsByValue.length > shownValues ? accessText('or_another', { count: grantsByValue.length }) : '';
  const who = String(claims.preferred_username ?? claims.name ?? subject);
  const reason = {
    none_mapped: accessText('knows_you_as_and_nothing', { name, who, claim, list, more }),
    no_claim: accessText('knows_you_as_but_does', { name, who, claim, list, more }),
    too_many: accessText('knows_you_as_and_leaves_out', { name, who, claim }),
  }[why];
  return new Problem('company_grants_missing', reason, { name, claim, why, known_as: who, values: list });
}

function words({ role, sites }: Grant): string {
  return sites.includes(everySite) ? role : `${role} at ${sites.join(', ')}`;
}
