import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { HealthStream } from '@holdfast/shared/jetstream/streams/health-stream.ts';
import type { Logger } from '@holdfast/shared/runtime/logger.ts';
import { inLanguage } from '@holdfast/texts/text.ts';
import { healthInWords } from '../polling/health-in-words.ts';
import type { HealthTransition } from '../polling/session-runner.ts';

/** Logs each change of a device's health and publishes it. A change that NATS does not take is not repeated. */
export function publishHealthChanges(options: {
  readonly nc: NatsConnection;
  readonly collectorId: string;
  readonly log: Logger;
}): (of: { readonly session: string; readonly task: string }, transition: HealthTransition) => void {
  const { nc, collectorId, log } = options;
  const health = new HealthStream(nc);
  return ({ session, task }, { device, from, to }) => {
    const detail = to.status === 'healthy' ? '' : (to.last_error ?? '');
    const about = { session, device: device.code, from, to: to.status };
    const words = healthInWords({ device, from, to });
    if (to.status === 'healthy') log.info(about, words);
    else log.warn({ ...about, detail: inLanguage(detail, 'en') }, words);
    void health
      .publish({
        v: 1,
        session,
        task,
        device_id: device.id,
        device: device.code,
        collector: collectorId,
        from,
        to: to.status,
        detail,
        time: new Date().toISOString(),
      })
      .catch((error: unknown) => log.debug({ err: error }, 'a health change was not published'));
  };
}
