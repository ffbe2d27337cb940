import { hostname } from 'node:os';
import { ApiClient } from '@holdfast/api-client/api-client.ts';
import { asCliError } from './api-refused.ts';
import type { CliConfig } from './config.ts';
import { addressOf, SavedLogins } from './saved-logins.ts';

const thisMachine = 'http://127.0.0.1:8000';

/** Which API is asked, and as whom. */
export interface Access {
  readonly url: string;
  readonly by: 'key' | 'login' | 'nothing';
  /** The name in HOLDFAST_OPERATOR, or else the user of the machine. */
  readonly person: string | undefined;
  readonly logins: SavedLogins;
  readonly api: ApiClient;
  /** A client of the same API that uses this token, or none where undefined. */
  client(token: string | undefined): ApiClient;
}

/**
 * Finds out which API to ask, and as whom. A key in the settings overrides a login. Without an address the API of the newest
 * login is asked, but never with a key, which belongs to another API.
 * @param givenUrl overrides all other addresses
 * @param asksApi false for other programs, which need no login and no file of logins
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
  const logins = new SavedLogins(config.XDG_CONFIG_HOME);
  const address = givenUrl ?? config.HOLDFAST_URL;
  const mayLookUp = key === undefined && asksApi;
  const url = addressOf(address ?? (mayLookUp ? await logins.newestUrl() : undefined) ?? thisMachine);
  const token = mayLookUp ? (await logins.of(url))?.token : key;
  const by = key !== undefined ? 'key' : token !== undefined ? 'login' : 'nothing';
  const operator = config.HOLDFAST_OPERATOR ?? (by === 'login' ? undefined : atThisMachine(user));
  const client = (bearer: string | undefined) =>
    new ApiClient({
      ...{ url, key: bearer, program: 'cli', operator, asOwnError: asCliError(url) },
      language: () => language,
    });
  return { url, by, person: config.HOLDFAST_OPERATOR ?? user, logins, api: client(token), client };
}

/** Marks the machine's user as such: the plain name could be a login, which proves more. */
function atThisMachine(user: string | undefined): string | undefined {
  return user === undefined ? undefined : `${user}@${hostname()}`;
}
