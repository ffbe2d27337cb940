import { untilBrokerAnswers } from '@holdfast/shared/jetstream/connection/broker-silence.ts';
import { runService, settingsOrExit } from '@holdfast/shared/runtime/lifecycle.ts';
import { keepNewObjectsYoung } from '@holdfast/shared/runtime/young-heap.ts';
import { startCollector } from './composition/start.ts';
import { collectorConfig } from './config.ts';

const config = settingsOrExit(collectorConfig);
keepNewObjectsYoung();

await runService({
  name: 'collector',
  logLevel: config.LOG_LEVEL,
  waitsFor: untilBrokerAnswers,
  stopTimeoutMs: config.DRAIN_TIMEOUT_MS,
  start: (context) => startCollector(config, context),
});
