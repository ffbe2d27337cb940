/** A login at the company that was begun, as the browser was sent there with it. */
export interface CompanyAttempt {
  /** Where the browser comes back to. */
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** For PKCE: only its owner gets anything for the code. */
  readonly codeVerifier: string;
  /** Whether the person has to show the company now who they are, even if logged in there. */
  readonly mustBeFresh: boolean;
}

/** A person as the company's identity provider knows them. */
export interface CompanyIdentity {
  /** Together with `subject`, all that the person is known by: names and addresses can pass to others. */
  readonly issuer: string;
  readonly subject: string;
  /** When the person showed the company who they are, in ms since 1970; undefined: it does not say. */
  readonly authenticatedAtMs: number | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** The company's identity provider. Every method throws CompanyIssuerAway and CompanyLoginRefused. */
export interface CompanyIssuer {
  /** Where to send the browser. */
  begin(attempt: CompanyAttempt): Promise<URL>;
  /** @param callbackUrl the address that the browser came back to, with its query */
  finish(callbackUrl: URL, attempt: CompanyAttempt): Promise<CompanyIdentity>;
  /** Where the browser ends the login at the company; undefined: there is no such page. */
  logoutUrl(backTo: string): Promise<URL | undefined>;
}

/** The company's identity provider does not answer. */
export class CompanyIssuerAway extends Error {
  override readonly name = 'CompanyIssuerAway';
}

/**
 * `declined`: by the person, or by the provider. `not_valid`: the answer is not one to this attempt, or was used
 * before. `clock`: the answer is valid at another time. `set_up`: the setup is wrong here or there, for all people.
 */
export type CompanyRefusal = 'declined' | 'not_valid' | 'clock' | 'set_up';

export class CompanyLoginRefused extends Error {
  override readonly name = 'CompanyLoginRefused';
  readonly why: CompanyRefusal;
  constructor(why: CompanyRefusal, message: string, options?: ErrorOptions) {
    super(message, options);
    this.why = why;
  }
}
