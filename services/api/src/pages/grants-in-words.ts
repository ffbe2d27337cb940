import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import { everySite } from '@holdfast/shared/contracts/api-key.ts';
import type { Language } from '../problems/negotiate-language.ts';
import { type Html, html } from './html.ts';
import { sayIn } from './texts.ts';

/** Roles, and where they hold. */
export function grantsInWords(grants: readonly Grant[], language: Language): Html {
  const say = sayIn(language);
  if (grants.length === 0) return html`${say('nothing')}`;
  return html`${grants.map(
    ({ role, sites }) =>
      html`<div>${say(`role_${role}`)}<small>${sitesInWords(sites, language)}</small></div>`,
  )}`;
}

/** Everything that the roles allow, and where. */
export function rightsInWords(grants: readonly Grant[], language: Language): Html {
  const say = sayIn(language);
  if (grants.length === 0) return html`${say('nothing')}`;
  return html`${grants.map(
    ({ role, sites }) =>
      html`<div>${say(`right_${role}`)}<small>${sitesInWords(sites, language)}</small></div>`,
  )}`;
}

function sitesInWords(sites: readonly string[], language: Language): string {
  const say = sayIn(language);
  return sites.includes(everySite) ? say('all_sites') : say('at_sites', { codes: sites });
}
