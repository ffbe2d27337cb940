import {
  type CompanyLoginView,
  companyLoginAnswerSchema,
} from '@holdfast/shared/contracts/http/company-http.ts';
import { type Route, route } from '../../http/route.ts';
import type { CompanySettings } from './company-logins.ts';

/** Shows administrators how people log in at the company; only the settings of the process change that. */
export function companySettingsRoute(settings: CompanySettings | undefined): Route {
  return route({
    method: 'GET',
    url: '/api/system/company-login',
    role: 'administrator',
    sites: 'all',
    tag: 'Access',
    summary: 'Show how people log in at the company',
    about: '`company` is null without company sign-on. Only the settings `OIDC_…` change it.',
    schema: { response: { 200: companyLoginAnswerSchema } },
    handler: async () => ({ company: settings ? viewOf(settings) : null }),
  });
}

function viewOf(settings: CompanySettings): CompanyLoginView {
  const { name, issuer, clientId, hasClientSecret, scopes } = settings;
  return {
    ...{ name, issuer, scopes, client_id: clientId, has_client_secret: hasClientSecret },
    grants_claim: settings.claim,
    grants: Object.fromEntries(
      Object.entries(settings.grants).map(([value, grants]) => [value, [...grants]]),
    ),
    redirect_uri: settings.redirectUri,
  };
}
