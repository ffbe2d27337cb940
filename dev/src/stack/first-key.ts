import { rm, writeFile } from 'node:fs/promises';
import type { PatientClient } from '@holdfast/api-client/patient-client.ts';
import { createdKeySchema, keyPageSchema } from '@holdfast/shared/contracts/http/access-http.ts';

const KEYS = '/api/system/keys/';

/**
 * Where the API has no key at all, makes the first one, of an administrator, and leaves it in a file for its owner alone.
 * On this machine nobody needs it; it is what callers from elsewhere begin with.
 * @returns the key, this once
 */
export async function makeFirstKey(api: PatientClient, file: string): Promise<string | undefined> {
  const { results } = await api.get(KEYS, keyPageSchema);
  if (results.length > 0) return undefined;
  const { key } = await api.post(KEYS, { name: 'first-admin', role: 'administrator' }, createdKeySchema);
  await rm(file, { force: true });
  await writeFile(file, `${key}\n`, { mode: 0o600 });
  return key;
}
