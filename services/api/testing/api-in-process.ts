import { freePort } from '@holdfast/dev/free-port.ts';
import { startInProcess } from '@holdfast/test/support/start-in-process.ts';
import { startApi } from '../src/composition/start.ts';
import { apiConfig } from '../src/config.ts';
import { type ApiClient, type ApiSettings, apiClient, environmentOf } from './api-under-test.ts';

/**
 * Starts the service within the test's process at a fraction of the cost, for tests that neither read its log nor hurt
 * it.
 */
export async function startApiInProcess(settings: ApiSettings): Promise<ApiClient> {
  const port = settings.port ?? (await freePort());
  const config = apiConfig(environmentOf(settings, port));
  const { failures } = await startInProcess('api', (context) => startApi(config, context));
  return apiClient(port, () => failures[0]);
}
