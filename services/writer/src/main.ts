import { randomBytes } from 'node:crypto';
import { untilBrokerAnswers } from '@holdfast/shared/jetstream/connection/broker-silence.ts';
import { runService, settingsOrExit } from '@holdfast/shared/runtime/lifecycle.ts';
import { startWriter } from './composition/start.ts';
import { writerConfig } from './config.ts';

const config = settingsOrExit(writerConfig);
const instance = `writer-${randomBytes(6).toString('hex')}`;

await runService({
  name: 'writer',
  logLevel: config.LOG_LEVEL,
  waitsFor: untilBrokerAnswers,
  stopTimeoutMs: config.STOP_TIMEOUT_MS,
  start: (context) => startWriter(config, instance, context),
});
