import * as z from 'zod';
import { grantSchema } from '../api-key.ts';

/** How people log in at the company; all of it comes from settings of the API. Secrets are left out. */
export const companyLoginViewSchema = z.object({
  /** OIDC_NAME */
  name: z.string(),
  /** OIDC_ISSUER */
  issuer: z.string(),
  /** OIDC_CLIENT_ID */
  client_id: z.string(),
  /** Whether OIDC_CLIENT_SECRET is set. */
  has_client_secret: z.boolean(),
  /** OIDC_SCOPES */
  scopes: z.string(),
  /** OIDC_GRANTS_CLAIM */
  grants_claim: z.string(),
  /** OIDC_GRANTS: grants by value of the claim. */
  grants: z.record(z.string(), z.array(grantSchema)),
  /** Where the provider sends browsers back to, which has to be registered there; follows from PUBLIC_URL. */
  redirect_uri: z.string(),
});
export type CompanyLoginView = z.infer<typeof companyLoginViewSchema>;

/** Null: people do not log in at a company. */
export const companyLoginAnswerSchema = z.object({ company: companyLoginViewSchema.nullable() });
