import { untilBrokerAnswers } from '@holdfast/shared/jetstream/connection/broker-silence.ts';
import { runService, settingsOrExit } from '@holdfast/shared/runtime/lifecycle.ts';
import { startAlarms } from './composition/start.ts';
import { alarmsConfig } from './config.ts';

const config = settingsOrExit(alarmsConfig);

await runService({
  name: 'alarms',
  logLevel: config.LOG_LEVEL,
  waitsFor: untilBrokerAnswers,
  stopTimeoutMs: 10_000,
  start: (context) => startAlarms(config, context),
});
