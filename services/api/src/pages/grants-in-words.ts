import type { Grant } from '@holdfast/shared/contracts/api-key.ts';
import { everySite } from '@holdfast/shared/contracts/api-key.ts';
import type { Language } from '../problems/wanted-language.ts';
import { type Html, html } from './html.ts';
import { words } from './words.ts';

/** Roles, and where they hold. */
export function grantsInWords(grants: readonly Grant[], language: Language): Html {
  const word = words[language];
  if (grants.length === 0) return html`${word.nothing}`;
  return html`${grants.map(
    ({ role, sites }) => html`<div>${word.roles[role]}<small>${sitesInWords(sites, language)}</small></div>`,
  )}`;
}

/** Everything that the roles allow, and where. */
export function rightsInWords(grants: readonly Grant[], language: Language): Html {
  const word = words[language];
  if (grants.length === 0) return html`${word.nothing}`;
  return html`${grants.map(
    ({ role, sites }) => html`<div>${word.rights[role]}<small>${sitesInWords(sites, language)}</small></div>`,
  )}`;
}

function sitesInWords(sites: readonly string[], language: Language): string {
  const word = words[language];
  return sites.includes(everySite) ? word.allSites : word.atSites(sites);
}
