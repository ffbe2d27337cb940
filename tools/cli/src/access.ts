import { ApiClient } from '@holdfast/api-client/api-client.ts';
import { asCliError } from './api-refused.ts';
import type { CliConfig } from './config.ts';
import { addressOf, KeptLogins } from './kept-logins.ts';

const thisMachine = 'http://127.0.0.1:8000';

/** Which API is asked, and as whom. */
export interface Access {
  readonly url: string;
  readonly by: 'key' | 'login' | 'nothing';
  /** The user of the machine, or whoever HOLDFAST_OPERATOR says. */
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
    person,
    asksApi,
  }: {
    readonly givenUrl: string | undefined;
    readonly person: string | undefined;
    readonly asksApi: boolean;
  },
): Promise<Access> {
  const key = config.HOLDFAST_API_KEY;
  const kept = new KeptLogins(config.XDG_CONFIG_HOME);
  const named = givenUrl ?? config.HOLDFAST_URL;
  const mayLookUp = key === undefined && asksApi;
  const url = addressOf(named ?? (mayLookUp ? await kept.newestUrl() : undefined) ?? thisMachine);
  const token = mayLookUp ? (await kept.of(url))?.token : key;
  const client = (bearer: string | undefined) =>
    new ApiClient({ url, key: bearer, operator: person, asOwnError: asCliError(url) });
  const by = key !== undefined ? 'key' : token !== undefined ? 'login' : 'nothing';
  return { url, by, person, kept, api: client(token), client };
}
