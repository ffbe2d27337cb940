import type { LoginView, Me } from '@holdfast/shared/contracts/http/login-http.ts';
import type { Login } from '@holdfast/shared/contracts/login.ts';
import type { Caller } from '../caller.ts';
import type { LoginAccess } from './login-access.ts';

/** Who calls. */
export function meView({ users, logins }: LoginAccess, caller: Caller): Me {
  if (caller.kind === 'refused') throw caller.problem;
  const nobody = { login: null, language: null, has_password: false, current_login: null } as const;
  if (caller.kind === 'local') {
    return { kind: 'local', id: null, name: 'local', grants: [...caller.grants], ...nobody };
  }
  if (caller.kind === 'key') {
    const { kind, id, name, grants } = caller;
    return { kind, id, name, grants: [...grants], ...nobody };
  }
  const { kind, id, name, login, grants, loginId } = caller;
  const user = users.byId(id);
  const current = logins.byId(loginId);
  return {
    ...{ kind, id, name, login, grants: [...grants], language: user?.language ?? null },
    has_password: user?.password != null,
    current_login: current ? loginView(current, loginId) : null,
  };
}

export function loginView(login: Login, currentId: string | undefined): LoginView {
  const { id, how, created_at, authenticated_at, last_seen_at, expires_at, idle_minutes } = login;
  const { address, agent, over_https } = login;
  const times = { created_at, authenticated_at, last_seen_at, expires_at, idle_minutes };
  return { id, how, ...times, address, agent, over_https, is_current: id === currentId };
}
