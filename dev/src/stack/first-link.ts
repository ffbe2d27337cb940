import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import type { PatientClient } from '@holdfast/api-client/patient-client.ts';
import { issuedLinkSchema } from '@holdfast/shared/contracts/http/access-http.ts';

/** Address of the page that makes the first administrator; undefined when there is one already. */
export async function firstLink(api: PatientClient): Promise<string | undefined> {
  try {
    return (await api.post('/api/system/users/first-link/', {}, issuedLinkSchema)).url;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 409) return undefined;
    throw error;
  }
}
