import type { LoginView, Me } from '@holdfast/shared/contracts/http/login-http.ts';
import type { ApiClient } from './api-client.ts';

const path = '/api/me/';

/** Calls about the caller: who it is, and where he is logged in. */
export const ownAccount = (api: Pick<ApiClient, 'get' | 'post' | 'delete'>) => ({
  me: (): Promise<Me> => api.get<Me>(path),
  /** The newest first; a key has no logins. */
  logins: async (): Promise<readonly LoginView[]> =>
    (await api.get<{ results: LoginView[] }>(`${path}logins/`)).results,
  endLogin: async (id: string): Promise<void> => {
    await api.delete(`${path}logins/${encodeURIComponent(id)}/`);
  },
  logOut: async (): Promise<void> => {
    await api.post('/api/logout/');
  },
});
