import { randomBytes } from 'node:crypto';
import { startAlarms } from '@holdfast/alarms/src/composition/start.ts';
import { startApi } from '@holdfast/api/src/composition/start.ts';
import { startCollector } from '@holdfast/collector/src/composition/start.ts';
import { untilBrokerAnswers } from '@holdfast/shared/jetstream/connection/broker-silence.ts';
import { runService, settingsOrExit } from '@holdfast/shared/runtime/lifecycle.ts';
import { keepNewObjectsYoung } from '@holdfast/shared/runtime/young-heap.ts';
import { startSupervisor } from '@holdfast/supervisor/src/composition/start.ts';
import { startWriter } from '@holdfast/writer/src/composition/start.ts';
import { edgeConfig } from './config.ts';
import { watchForStalls } from './stall-watch.ts';
import { startParts } from './start-parts.ts';

/** API, supervisor, alarms, collector and writer in one process, for a machine that is too small for five. */
const { api, supervisor, alarms, collector, writer } = settingsOrExit(edgeConfig);
keepNewObjectsYoung();
const writerInstance = `writer-${randomBytes(6).toString('hex')}`;

await runService({
  name: 'edge',
  logLevel: api.LOG_LEVEL,
  waitsFor: untilBrokerAnswers,
  stopTimeoutMs: api.STOP_TIMEOUT_MS + collector.DRAIN_TIMEOUT_MS + writer.STOP_TIMEOUT_MS,
  start: async (context) => {
    context.onStop('stall watch', watchForStalls().stop);
    await startParts(
      [
        { name: 'api', logLevel: api.LOG_LEVEL, start: (own) => startApi(api, own) },
        {
          name: 'supervisor',
          logLevel: supervisor.LOG_LEVEL,
          start: (own) => startSupervisor(supervisor, own),
        },
        // Before the collector, as the supervisor: what it drains is not read, and nobody need be told.
        { name: 'alarms', logLevel: alarms.LOG_LEVEL, start: (own) => startAlarms(alarms, own) },
        { name: 'collector', logLevel: collector.LOG_LEVEL, start: (own) => startCollector(collector, own) },
        {
          name: 'writer',
          logLevel: writer.LOG_LEVEL,
          start: (own) => startWriter(writer, writerInstance, own),
        },
      ],
      context,
    );
  },
});
