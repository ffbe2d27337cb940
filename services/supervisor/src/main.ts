import { untilBrokerAnswers } from '@holdfast/shared/jetstream/connection/broker-silence.ts';
import { runService, settingsOrExit } from '@holdfast/shared/runtime/lifecycle.ts';
import { startSupervisor } from './composition/start.ts';
import { supervisorConfig } from './config.ts';

const config = settingsOrExit(supervisorConfig);

await runService({
  name: 'supervisor',
  logLevel: config.LOG_LEVEL,
  waitsFor: untilBrokerAnswers,
  stopTimeoutMs: 10_000,
  start: (context) => startSupervisor(config, context),
});
