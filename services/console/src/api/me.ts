import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import { ownAccount } from '@holdfast/api-client/own-account.ts';
import type { Me } from '@holdfast/shared/contracts/http/login-http.ts';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from './api.ts';

/** Roles in rising order: each may do everything that those before it may. */
const roles = ['viewer', 'operator', 'engineer', 'administrator'] as const;
export type Role = (typeof roles)[number];

const me = queryOptions({
  queryKey: ['me'],
  queryFn: () =>
    ownAccount(api)
      .me()
      .catch((error: unknown) => {
        if (error instanceof ApiRefusal && error.status === 404) return null;
        throw error;
      }),
  staleTime: 60_000,
});

/** The user and their roles. Undefined while, or where, the API does not say: then it judges each call. */
export function useMe(): Me | undefined {
  return useQuery(me).data ?? undefined;
}

/** Whether the API has yet to say who the user is. */
export function useIsMePending(): boolean {
  return useQuery(me).isPending;
}

/** The highest role that the user has at all of these sites, or undefined if there is none. */
export function roleAt(me: Me, sites: readonly string[]): Role | undefined {
  const rolesThere = roles.filter((role) => {
    const grants = me.grants.filter((grant) => roles.indexOf(grant.role) >= roles.indexOf(role));
    const everywhere = grants.some((grant) => grant.sites.includes('*'));
    return (
      everywhere ||
      (sites.length > 0 && sites.every((site) => grants.some((grant) => grant.sites.includes(site))))
    );
  });
  return rolesThere.at(-1);
}

/** The sites at which the user lacks a role that they have at another of these. */
export function sitesWithout(me: Me, requiredRole: Role, sites: readonly string[]): string[] {
  const missing = sites.filter((site) => !isAtLeast(roleAt(me, [site]), requiredRole));
  return missing.length < sites.length ? missing : [];
}

export function isAtLeast(role: Role | undefined, requiredRole: Role): boolean {
  return role !== undefined && roles.indexOf(role) >= roles.indexOf(requiredRole);
}

/** The highest role that the user has anywhere, to show next to the name. */
export function highestRole(me: Me): Role | undefined {
  return roles.filter((role) => me.grants.some((grant) => grant.role === role)).at(-1);
}
