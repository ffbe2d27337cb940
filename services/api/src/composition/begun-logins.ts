import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import type { ServiceContext } from '@holdfast/shared/runtime/lifecycle.ts';
import { CompanyLogins } from '../access/company/company-logins.ts';
import { companyCallbackPath } from '../access/company/company-routes.ts';
import { claimOf } from '../access/company/map-grants.ts';
import { CommandLineLogins } from '../access/logins/command-line-logins.ts';
import type { CommandLineAccess } from '../access/logins/command-line-routes.ts';
import { LoginDelays } from '../access/logins/login-delays.ts';
import { MinuteLimit } from '../access/minute-limit.ts';
import type { Users } from '../access/users.ts';
import { jetStreamBegunLoginBook } from '../adapters/jetstream-access.ts';
import { oidcIssuer } from '../adapters/oidc-issuer.ts';
import type { ApiConfig } from '../config.ts';

/** Logins that wait for what a person does elsewhere: at the company's sign-on, or for a command line in a browser. */
export function openBegunLogins(
  config: ApiConfig,
  { connection, users }: { readonly connection: () => NatsConnection; readonly users: Users },
  { log }: Pick<ServiceContext, 'log'>,
): { readonly company: CompanyLogins | undefined; readonly commandLines: CommandLineAccess } {
  const book = () => jetStreamBegunLoginBook(connection);
  return {
    company: companyLogins(config, { book, users, log }),
    commandLines: {
      commandLines: new CommandLineLogins({ book }),
      polls: new MinuteLimit(120),
      guesses: new LoginDelays(),
    },
  };
}

/** Undefined where no issuer is set. */
function companyLogins(
  config: ApiConfig,
  parts: Pick<ConstructorParameters<typeof CompanyLogins>[0], 'book' | 'users' | 'log'>,
): CompanyLogins | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_GRANTS: grants, PUBLIC_URL: address } = config;
  if (issuer === undefined || clientId === undefined || grants === undefined || address === undefined) return;
  const claim = config.OIDC_GRANTS_CLAIM;
  return new CompanyLogins({
    ...parts,
    issuer: oidcIssuer({
      ...{ issuer, clientId, clientSecret: config.OIDC_CLIENT_SECRET, scope: config.OIDC_SCOPES },
      isEnough: (claims) => claimOf(claims, claim) !== undefined,
    }),
    settings: {
      ...{ name: config.OIDC_NAME, claim, grants, issuer, clientId },
      hasClientSecret: config.OIDC_CLIENT_SECRET !== undefined,
      scopes: config.OIDC_SCOPES,
      redirectUri: `${address}${companyCallbackPath}`,
      afterLogout: `${address}/login`,
    },
  });
}
