import { runService, settingsOrExit } from '@holdfast/shared/runtime/lifecycle.ts';
import { startApi } from './composition/start.ts';
import { apiConfig } from './config.ts';

const config = settingsOrExit(apiConfig);

await runService({
  name: 'api',
  logLevel: config.LOG_LEVEL,
  stopTimeoutMs: config.STOP_TIMEOUT_MS,
  start: (context) => startApi(config, context),
});
