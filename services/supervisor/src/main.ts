import { untilBrokerAnswers } from '@holdfast/shared/jetstream/connection/broker-silence.ts';
import { runService, settingsOrExit } from '@holdfast/shared/runtime/lifecycle.ts';
import { supervisorConfig } from './config.ts';
import { startSupervisor } from './start.ts';

const config = settingsOrExit(supervisorConfig);

await runService({
  name: 'supervisor',
  logLevel: config.LOG_LEVEL,
  waitsFor: untilBrokerAnswers,
  stopTimeoutMs: 10_000,
  start: (context) => startSupervisor(config, context),
});
