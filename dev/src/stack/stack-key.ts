import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { PatientClient } from '@holdfast/api-client/patient-client.ts';
import { formatApiKey, parseApiKey } from '@holdfast/shared/contracts/api-key.ts';
import { keyPageSchema } from '@holdfast/shared/contracts/http/access-http.ts';

/** The administrator's key that the first start of a stack makes. */
export interface StackKey {
  readonly text: string;
  /** Whether this start has made the key. The API takes a new one only where it has no key yet. */
  readonly isNew: boolean;
}

/** The key in the file, or a new one, which is stored there for its owner alone. */
export async function stackKey(file: string): Promise<StackKey> {
  const keyInFile = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (parseApiKey(keyInFile)) return { text: keyInFile, isNew: false };
  const text = formatApiKey({
    id: randomBytes(4).toString('hex'),
    secret: randomBytes(32).toString('base64url'),
  });
  await rm(file, { force: true });
  await writeFile(file, `${text}\n`, { mode: 0o600 });
  return { text, isNew: true };
}

/**
 * Whether the API takes the key. A new key opens nothing where the API already has keys whose file was lost; it is removed.
 * @param api client that calls with the key
 */
export async function isTaken(key: StackKey, file: string, api: PatientClient): Promise<boolean> {
  try {
    await api.get('/api/system/keys/', keyPageSchema);
    return true;
  } catch (error) {
    if (!(error instanceof ApiRefusal) || (error.problem.status !== 401 && error.problem.status !== 403))
      throw error;
    if (key.isNew) await rm(file, { force: true });
    return false;
  }
}
