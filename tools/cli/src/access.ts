import { hostname } from 'node:os';
import { ApiClient } from '@holdfast/api-client/api-client.ts';
import { asCliError } from './api-refused.ts';
import type { CliConfig } from './config.ts';
import { addressOf, KeptLogins } from './kept-logins.ts';

const thisMachine = 'http://127.0.0.1:8000';

/** Which API is asked, and as whom. */
export interface Access {
  readonly url: string;
  readonly by: 'key' | 'login' | 'nothing';
  /** Whoever HOLDFAST_OPERATOR says, or the user of the machine. */
  readonly person: string | undefined;
  readonly kept: KeptLogins;
  readonly api: ApiClient;
  /** The same API by this token; undefined: by none. */
  client(token: string | undefined): ApiClient;
}

/**
 * A key of the settings goes before a login. Without an address the API of the newest login is asked, but never with a key, which is made
 * for another.
 * @param givenUrl goes before all others
 * @param asksApi false for other programs, which need no login and no file of them
 * @throws CliError when the file of logins cannot be used
 */
export async function accessOf(
  config: CliConfig,
  {
    givenUrl,
    user,
    asksApi,
    language,
  }: {
    readonly givenUrl: string | undefined;
    /** The user of this machine. */
    readonly user: string | undefined;
    readonly asksApi: boolean;
    /** The language in which the API answers. */
    readonly language: CliConfig['HOLDFAST_LANG'];
  },
): Promise<Access> {
  const key = config.HOLDFAST_API_KEY;
  const kept = new KeptLogins(config.XDG_CONFIG_HOME);
  const named = givenUrl ?? config.HOLDFAST_URL;
  const mayLookUp = key === undefined && asksApi;
  const url = addressOf(named ?? (mayLookUp ? await kept.newestUrl() : undefined) ?? thisMachine);
  const token = mayLookUp ? (await kept.of(url))?.token : key;
  const by = key !== undefined ? 'key' : token !== undefined ? 'login' : 'nothing';
  const operator = config.HOLDFAST_OPERATOR ?? (by === 'login' ? undefined : atThisMachine(user));
  const client = (bearer: string | undefined) =>
    new ApiClient({
      ...{ url, key: bearer, program: 'cli', operator, asOwnError: asCliError(url) },
      language: () => language,
    });
  return { url, by, person: config.HOLDFAST_OPERATOR ?? user, kept, api: client(token), client };
}

/** Somebody may have the same name as his login, which nobody else may say of himself. A login says more than this. */
function atThisMachine(user: string | undefined): string | undefined {
  return user === undefined ? undefined : `${user}@${hostname()}`;
}
