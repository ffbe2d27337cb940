import * as oidc from 'openid-client';
import {
  type CompanyAttempt,
  type CompanyIdentity,
  type CompanyIssuer,
  CompanyIssuerUnavailable,
  CompanyLoginRefused,
  type CompanyRefusal,
} from '../ports.ts';

export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  /** Separated by blanks; `openid` is among them. */
  readonly scope: string;
  /** Whether the claims of the ID token are enough; otherwise the userinfo endpoint is asked, too. */
  readonly isEnough: (claims: Readonly<Record<string, unknown>>) => boolean;
}

/** How far the clocks of two machines may differ. */
const clockToleranceSeconds = 60;
const answerSeconds = 5;
/** How long the provider's addresses are kept: asked again so often, a browser is not sent to a provider that is down. */
const knownForMs = 10_000;
/** Longest age of a login there that lets people in here: the one that a login here may have. */
const loginLastsSeconds = 12 * 60 * 60;
/**
 * Longest age of a login there that was asked to be new: that of a fresh authentication here, plus the way back.
 */
const freshSeconds = 300 + clockToleranceSeconds;

/**
 * The company's identity provider by OpenID Connect: code flow with PKCE. It is asked for its addresses when a person
 * wants to log in, not at the start: the API serves all others while it is unavailable.
 */
export function oidcIssuer(settings: OidcSettings): CompanyIssuer {
  let discovery:
    | { readonly configuration: Promise<oidc.Configuration>; readonly untilMs: number }
    | undefined;

  const configuration = (): Promise<oidc.Configuration> => {
    if (discovery && performance.now() < discovery.untilMs) return discovery.configuration;
    const discovering = discover(settings);
    discovery = { configuration: discovering, untilMs: performance.now() + knownForMs };
    return discovering;
  };
  /** A failure may mean that addresses or keys have changed, so the next question discovers them again. */
  const withConfiguration = async <T>(
    ask: (discovered: oidc.Configuration) => Promise<T> | T,
  ): Promise<T> => {
    try {
      return await ask(await configuration());
    } catch (error) {
      discovery = undefined;
      throw asOwnError(error);
    }
  };

  return {
    begin: (attempt) =>
      withConfiguration(async (server) =>
        oidc.buildAuthorizationUrl(server, {
          redirect_uri: attempt.redirectUri,
          scope: settings.scope,
          state: attempt.state,
          nonce: attempt.nonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(attempt.codeVerifier),
          code_challenge_method: 'S256',
          // Asked for an age, the provider has to say when the person logged in there.
          max_age: String(attempt.mustBeFresh ? 0 : loginLastsSeconds),
          ...(attempt.mustBeFresh && { prompt: 'login' }),
        }),
      ),
    finish: (callbackUrl, attempt) =>
      withConfiguration((server) => finish(server, callbackUrl, attempt, settings)),
    logoutUrl: (backTo) =>
      withConfiguration((server) =>
        server.serverMetadata().end_session_endpoint === undefined
          ? undefined
          : oidc.buildEndSessionUrl(server, { post_logout_redirect_uri: backTo }),
      ),
  };
}

async function discover({ issuer, clientId, clientSecret }: OidcSettings): Promise<oidc.Configuration> {
  const address = new URL(issuer);
  // The settings are checked to allow this only on this machine.
  const isPlain = address.protocol === 'http:';
  return oidc.discovery(
    address,
    clientId,
    { [oidc.clockTolerance]: clockToleranceSeconds },
    clientSecret === undefined ? oidc.None() : secretAsTaken(clientSecret),
    {
      timeout: answerSeconds,
      execute: [
        // The signature counts, too, although the token comes over TLS from the issuer itself.
        oidc.enableNonRepudiationChecks,
        ...(isPlain ? [oidc.allowInsecureRequests] : []),
      ],
    },
  );
}

/** Sends the secret by HTTP Basic, which every provider has to take unless it says otherwise. */
function secretAsTaken(secret: string): oidc.ClientAuth {
  const basic = oidc.ClientSecretBasic(secret);
  const post = oidc.ClientSecretPost(secret);
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported;
    return (methods && !methods.includes('client_secret_basic') ? post : basic)(server, ...rest);
  };
}

async function finish(
  server: oidc.Configuration,
  callbackUrl: URL,
  attempt: CompanyAttempt,
  { isEnough, clientId }: OidcSettings,
): Promise<CompanyIdentity> {
  const tokens = await oidc.authorizationCodeGrant(server, callbackUrl, {
    expectedState: attempt.state,
    expectedNonce: attempt.nonce,
    pkceCodeVerifier: attempt.codeVerifier,
  });
  const claims = tokens.claims();
  if (!claims) throw new CompanyLoginRefused('not_valid', 'there is no ID token');
  requireForUs(claims, clientId);
  requireRecent(claims, attempt);
  const hasMore = !isEnough(claims) && server.serverMetadata().userinfo_endpoint !== undefined;
  const more = hasMore ? await oidc.fetchUserInfo(server, tokens.access_token, claims.sub) : {};
  return {
    issuer: claims.iss,
    subject: claims.sub,
    // The provider's clock may be ahead, and a login in the future would stay fresh for longer.
    authenticatedAtMs:
      claims.auth_time === undefined ? undefined : Math.min(claims.auth_time * 1000, Date.now()),
    claims: { ...more, ...claims },
  };
}

/**
 * Requires a token that names a person and was issued to this client: the library checks `azp` only next to several
 * audiences (OpenID Connect Core 3.1.3.7 wants it checked wherever it is).
 * @throws CompanyLoginRefused
 */
function requireForUs({ sub, azp }: oidc.IDToken, clientId: string): void {
  if (sub.trim() === '') throw new CompanyLoginRefused('not_valid', 'the ID token has an empty sub');
  if (azp !== undefined && azp !== clientId) {
    throw new CompanyLoginRefused('not_valid', `the ID token was issued to the client ${String(azp)} (azp)`);
  }
}

/**
 * Requires that the person has logged in there as recently as `max_age` asked, which the provider may have ignored.
 * Some give no time unless they are set up to. That is enough for a login, but not for a fresh one.
 * @throws CompanyLoginRefused
 */
function requireRecent(
  { auth_time: authenticatedAt }: oidc.IDToken,
  { mustBeFresh }: Pick<CompanyAttempt, 'mustBeFresh'>,
): void {
  if (authenticatedAt === undefined) {
    if (!mustBeFresh) return;
    throw new CompanyLoginRefused('set_up', 'the ID token has no auth_time, although max_age was asked for');
  }
  const oldestSeconds = mustBeFresh ? freshSeconds : loginLastsSeconds + clockToleranceSeconds;
  if (authenticatedAt < Date.now() / 1000 - oldestSeconds) {
    const why = mustBeFresh
      ? 'the person has not logged in anew'
      : `the person logged in there more than ${loginLastsSeconds / 3_600} hours ago, and was not asked again`;
    throw new CompanyLoginRefused('not_valid', why);
  }
}

/** The provider did not answer, or not sensibly. */
const awayCodes = [
  ...['OAUTH_TIMEOUT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON', 'OAUTH_PARSE_ERROR'],
];
/** Errors that are about this client, not about the person. */
const clientErrors = [
  ...['invalid_client', 'unauthorized_client', 'invalid_scope', 'invalid_request'],
  'unsupported_response_type',
];
/** The issuer that answers is not the one of the settings, or lacks what is needed. */
const setUpCodes = [
  ...[
    'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
    'OAUTH_MISSING_SERVER_METADATA',
    'OAUTH_INVALID_SERVER_METADATA',
  ],
];

function asOwnError(error: unknown): Error {
  const refused = (why: CompanyRefusal, what: string) => new CompanyLoginRefused(why, what, { cause: error });
  if (error instanceof CompanyLoginRefused) return error;
  if (error instanceof oidc.AuthorizationResponseError) {
    return refused(clientErrors.includes(error.error) ? 'set_up' : 'declined', described(error));
  }
  if (error instanceof oidc.ResponseBodyError) {
    return refused(clientErrors.includes(error.error) ? 'set_up' : 'not_valid', described(error));
  }
  if (error instanceof oidc.WWWAuthenticateChallengeError) {
    return refused(error.status === 401 ? 'set_up' : 'not_valid', `it answered ${error.status}`);
  }
  if (!(error instanceof oidc.ClientError) || error.code === undefined || awayCodes.includes(error.code)) {
    return new CompanyIssuerUnavailable(reasonOf(error), { cause: error });
  }
  if (setUpCodes.includes(error.code)) return refused('set_up', error.message);
  const why = error.code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED' ? 'clock' : 'not_valid';
  return refused(why, `${error.code}: ${error.message}`);
}

function described({
  error,
  error_description: text,
}: {
  error: string;
  error_description?: string;
}): string {
  return text === undefined ? error : `${error}: ${text}`;
}

/** The reason that fetch hides behind "fetch failed". */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error && cause.message !== '' ? `${message}: ${cause.message}` : message;
}
