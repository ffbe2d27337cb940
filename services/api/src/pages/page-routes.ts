import type { CommandLineAccess } from '../access/logins/command-line-routes.ts';
import type { LoginAccess } from '../access/logins/login-access.ts';
import type { FirstLinks } from '../access/people/first-links.ts';
import type { Route } from '../http/route.ts';
import { approvalPageRoutes } from './approval-routes.ts';
import { fontRoute } from './font-route.ts';
import { loginPageRoutes } from './login-routes.ts';
import { passwordPageRoutes } from './password-routes.ts';

/** The pages for people, which need no script. */
export function pageRoutes(options: {
  readonly people: LoginAccess;
  readonly links: FirstLinks;
  /** Undefined: there is no company sign-on. */
  readonly companyName: string | undefined;
  readonly commandLines: CommandLineAccess;
}): Route[] {
  const { people, links, companyName, commandLines } = options;
  return [
    fontRoute(),
    ...loginPageRoutes(people, companyName),
    ...passwordPageRoutes(people, links),
    ...approvalPageRoutes(people, commandLines),
  ];
}
