// Runs a company's identity provider as a process: oidc-provider on 127.0.0.1. The test says over HTTP who sits at the
// browser and what the provider knows about people; there is no page to fill in.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [issuer = '', redirectUri = '', logoutUri = ''] = process.argv.slice(2);

/**
 * Set by PUT /test. A null `subject` denies; `claims` are by person; this process's clock is `ahead_s` ahead; `forged`
 * takes the place of claims in ID tokens, null for one that is left out.
 */
let told = { subject: 'anna', claims: {}, in_id_token: true, ahead_s: 0, forged: {} };
const now = Date.now;
Date.now = () => now() + told.ahead_s * 1000;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'holdfast',
      client_secret: 'a-secret-of-the-company',
      redirect_uris: [redirectUri],
      post_logout_redirect_uris: [logoutUri],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  pkce: { required: () => false },
  cookies: { keys: ['of the test'] },
  // Claims of a scope are in the ID token, as with Entra ID and Authentik, or only in the answer of userinfo.
  conformIdTokenClaims: false,
  scopes: ['openid', 'profile', 'groups'],
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username'],
    groups: ['groups', 'realm_access', '_claim_names'],
  },
  findAccount: (_ctx, subject) => ({
    accountId: subject,
    claims: (use) => ({
      sub: subject,
      ...(use === 'userinfo' || told.in_id_token ? told.claims[subject] : {}),
    }),
  }),
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      // Answers the question whether to log out, without a person.
      logoutSource: (ctx, form) => {
        ctx.body = form;
      },
    },
  },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
});

const { payload } = provider.IdToken.prototype;
provider.IdToken.prototype.payload = async function forged() {
  const claims = Object.entries({ ...(await payload.call(this)), ...told.forged });
  return Object.fromEntries(claims.filter(([, value]) => value !== null));
};

/** Answers for the person, at once, whatever the provider asks. */
async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (told.subject === null) {
    return provider.interactionFinished(request, response, {
      error: 'access_denied',
      error_description: 'the person said no',
    });
  }
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: told.subject } });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const grantId = await grant.save();
  return provider.interactionFinished(
    request,
    response,
    { consent: { grantId } },
    { mergeWithLastSubmission: true },
  );
}

const oidc = provider.callback();
const server = createServer((request, response) => {
  const failed = (error) => response.writeHead(500).end(String(error?.stack ?? error));
  if (request.method === 'PUT' && request.url === '/test') {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      told = { ...told, ...JSON.parse(text) };
      response.writeHead(204).end();
    });
  } else if (request.url?.startsWith('/interaction/')) {
    interact(request, response).catch(failed);
  } else {
    oidc(request, response).catch?.(failed);
  }
});
server.listen(Number(new URL(issuer).port), '127.0.0.1', () =>
  process.stdout.write(`the issuer listens on ${issuer}\n`),
);
process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
