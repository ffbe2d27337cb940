import type { LoginAccess } from '../access/logins/login-access.ts';
import type { FirstLinks } from '../access/people/first-links.ts';
import type { Route } from '../http/route.ts';
import { fontRoute } from './font-route.ts';
import { loginPageRoutes } from './login-routes.ts';
import { passwordPageRoutes } from './password-routes.ts';

/** The pages for people, which need no script. */
export function pageRoutes(options: {
  readonly people: LoginAccess;
  readonly links: FirstLinks;
  /** Undefined: there is no company sign-on. */
  readonly companyName?: string | undefined;
}): Route[] {
  const { people, links, companyName } = options;
  return [fontRoute(), ...loginPageRoutes(people, companyName), ...passwordPageRoutes(people, links)];
}
