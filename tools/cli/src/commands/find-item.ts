import type { ApiClient, Item } from '@holdfast/api-client/api-client.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { say } from '../words/say.ts';

type Kind = 'site' | 'device' | 'task';

/** A task or device by its id or its code; digits are an id, as in the API. */
export async function findItem(api: ApiClient, kind: Kind, idOrCode: string): Promise<Item> {
  if (/^[1-9][0-9]{0,14}$/.test(idOrCode)) return api.get(`/api/config/${kind}s/${idOrCode}/`);
  const [item] = await api.list(`/api/config/${kind}s/`, { code: idOrCode }, 1);
  if (!item) {
    const about = { kind: say(`field_${kind}`), code: idOrCode };
    throw new CliError(
      `${say('there_is_no_with_the_code', about)}\n${say('the_list', { command: `holdfast ${kind}s list` })}`,
      exitCodes.refused,
    );
  }
  return item;
}
