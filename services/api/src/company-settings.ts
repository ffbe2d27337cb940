import { everySite, roles } from '@holdfast/shared/contracts/api-key.ts';
import { setting } from '@holdfast/shared/runtime/config.ts';
import * as z from 'zod';

const grantSchema = z
  .strictObject({ role: setting.oneOf(roles), sites: z.array(z.string().min(1)).min(1).optional() })
  .transform(({ role, sites }) => ({ role, sites: sites ?? [everySite] }));
const grantsByValueSchema = z.record(
  z.string().min(1),
  z.preprocess((grants) => [grants].flat(), z.array(grantSchema).min(1)),
);

/** `{"hall-1-shift": {"role": "operator", "sites": ["hall-1"]}}`; several grants as a list, without sites everywhere. */
function grantsByValue() {
  return z.string().transform((text, context) => {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `must be JSON: ${(error as Error).message}` });
      return z.NEVER;
    }
    const parsed = grantsByValueSchema.safeParse(json);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) {
      context.addIssue({ code: 'custom', message: `${path.join('.') || 'it'}: ${message}` });
    }
    return z.NEVER;
  });
}

/** Settings with which people log in at the company. */
export const companySettings = {
  OIDC_ISSUER: setting
    .text()
    .optional()
    .describe(
      'Identity provider, as it names itself: `https://id.example.com/realms/plant`. Needs `PUBLIC_URL`, `OIDC_CLIENT_ID` and `OIDC_GRANTS`',
    ),
  OIDC_CLIENT_ID: setting.text().optional().describe('Name by which the provider knows this installation'),
  OIDC_CLIENT_SECRET: setting.text().optional().meta({
    description: 'Secret of this installation; better in the file that `OIDC_CLIENT_SECRET_FILE` names',
    defaultInWords: 'none: a public client',
  }),
  OIDC_NAME: setting.text().default('Company sign-on').describe('Name of the sign-on on pages'),
  OIDC_SCOPES: setting
    .text()
    .default('openid profile')
    .describe('Scopes that are requested, separated by spaces; `openid` must be among them'),
  OIDC_GRANTS_CLAIM: setting
    .text()
    .default('groups')
    .describe('Claim whose values give roles: its name, or a path such as `realm_access.roles`'),
  OIDC_GRANTS: grantsByValue()
    .optional()
    .describe(
      'JSON that maps each value of the claim to `{"role", "sites"?}` or a list of these; better in the file that `OIDC_GRANTS_FILE` names',
    ),
} as const;

export function checkCompanySettings(
  config: Partial<Record<CompanySetting | 'PUBLIC_URL', unknown>>,
  context: z.RefinementCtx,
): void {
  const { OIDC_ISSUER: issuer } = config;
  const issue = (name: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [name], message });
  };
  if (issuer === undefined) {
    for (const name of ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_GRANTS'] as const) {
      if (config[name] !== undefined) issue('OIDC_ISSUER', `is needed as well, for ${name}`);
    }
    return;
  }
  if (isOfAnyTenant(String(issuer))) {
    issue(
      'OIDC_ISSUER',
      'must name one tenant, by its id: by common or organizations anybody’s own tenant could log in',
    );
  }
  if (!isIssuer(String(issuer))) issue('OIDC_ISSUER', 'must be https://… (http:// only on this machine)');
  for (const name of ['OIDC_CLIENT_ID', 'OIDC_GRANTS', 'PUBLIC_URL'] as const) {
    if (config[name] === undefined) issue(name, 'is needed as well, for OIDC_ISSUER');
  }
  if (!String(config.OIDC_SCOPES).split(' ').includes('openid'))
    issue('OIDC_SCOPES', 'must have openid among them');
}

type CompanySetting = 'OIDC_ISSUER' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET' | 'OIDC_SCOPES' | 'OIDC_GRANTS';

/**
 * Whether it is an address at which Entra ID takes people of all tenants, each of which names its groups and roles as it
 * likes.
 */
function isOfAnyTenant(text: string): boolean {
  return /^https:\/\/[^/]+\/(common|organizations|consumers)\//i.test(text);
}

/** Whether it may be an issuer, to which tokens and secrets go. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, search, hash } = new URL(text);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  return (protocol === 'https:' || (protocol === 'http:' && isHere)) && username + search + hash === '';
}
