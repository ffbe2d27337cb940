import type { Tagged } from '@holdfast/api-client/api-client.ts';
import type { AuditView, KeyView } from '@holdfast/shared/contracts/http/access-http.ts';
import type { CompanyLoginView } from '@holdfast/shared/contracts/http/company-http.ts';
import type { SiteView } from '@holdfast/shared/contracts/http/configuration-http.ts';
import type { LoginView } from '@holdfast/shared/contracts/http/login-http.ts';
import type { UserView } from '@holdfast/shared/contracts/http/user-http.ts';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/api.ts';

export const usersPath = '/api/system/users/';
export const keysPath = '/api/system/keys/';
export const userPath = (loginOrId: string) => `${usersPath}${encodeURIComponent(loginOrId)}/`;

/** Begins the keys of all that is read here. */
export const peopleKey = ['people'];

const lookMs = 15_000;
const results = async <T>(path: string) => (await api.get<{ results: T[] }>(path)).results;

export function useUsers() {
  return useQuery({
    queryKey: ['people', 'users'],
    queryFn: () => results<UserView>(usersPath),
    refetchInterval: lookMs,
  });
}

export const readUser = (loginOrId: string): Promise<Tagged<UserView>> =>
  api.getTagged<UserView>(userPath(loginOrId));

export function useUser(loginOrId: string) {
  return useQuery({
    queryKey: ['people', 'user', loginOrId],
    queryFn: () => readUser(loginOrId),
    refetchInterval: lookMs,
  });
}

export function useUserLogins(loginOrId: string) {
  return useQuery({
    queryKey: ['people', 'logins', loginOrId],
    queryFn: () => results<LoginView>(`${userPath(loginOrId)}logins/`),
    refetchInterval: lookMs,
  });
}

export function useKeys() {
  return useQuery({
    queryKey: ['people', 'keys'],
    queryFn: () => results<KeyView>(keysPath),
    refetchInterval: lookMs,
  });
}

export function useCompanyLogin() {
  return useQuery({
    queryKey: ['people', 'company'],
    queryFn: () => api.get<{ company: CompanyLoginView | null }>('/api/system/company-login/'),
  });
}

export function useSites() {
  return useQuery({
    queryKey: ['people', 'sites'],
    queryFn: () => api.list('/api/config/sites/', {}, 2_000) as unknown as Promise<SiteView[]>,
  });
}

/** The audit log tells the time of a change separately. */
const sameChangeMs = 2_000;

/** Who changed the user last; undefined where the audit log does not say. */
export async function lastChangedBy({ login, id, changed_at }: UserView): Promise<string | undefined> {
  const changedAt = Date.parse(changed_at);
  const ofTarget = async (target: string) => {
    const filter = new URLSearchParams({ target, action: 'user.update', outcome: 'done', limit: '20' });
    const entries = await results<AuditView>(`/api/system/audit/?${filter}`);
    // The filter also finds longer names.
    return entries.filter((entry) => entry.target === target);
  };
  const entries = await Promise.all([`user ${login}`, `user ${id}`].map(ofTarget)).catch(() => []);
  return entries
    .flat()
    .filter(({ time }) => Math.abs(Date.parse(time) - changedAt) <= sameChangeMs)
    .sort((one, other) => other.time.localeCompare(one.time))[0]?.who;
}

/** Reads everything about people again after a change. */
export function useRereading(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: peopleKey });
}
