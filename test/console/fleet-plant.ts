import type { RunningProcess } from '@holdfast/dev/child-process.ts';
import { encodeSample, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { jetStreamQuarantine } from '@holdfast/shared/jetstream/samples/quarantine.ts';
import { type PressPlant, startPressPlant } from '../end-to-end/press-plant.ts';
import { eventually } from '../support/eventually.ts';
import { configureAndStart, configureDevice, countPoint } from '../support/over-rest.ts';
import { PlacedSamples } from '../support/placed-samples.ts';
import { testLease } from '../support/service-processes.ts';
import { type SessionLogForTest, sessionLogForTest } from '../support/session-log.ts';

/** A press plant with a writer and collectors that come and go; its mixer gives all that is asked of it. */
export interface FleetPlant extends PressPlant {
  readonly log: SessionLogForTest;
  readonly session: string;
  startWriter(): Promise<RunningProcess>;
  startCollector(id: string): Promise<RunningProcess>;
  /** Quarantines a sample that the database would take. @param of.lostEpoch its epoch, which the log has lost */
  quarantine(of: { body?: string; reason: string; lostEpoch?: number; collector?: string }): Promise<void>;
}

export async function startFleetPlant(): Promise<FleetPlant> {
  const press = await startPressPlant(testLease);
  const { rest, services, natsUrl, plant } = press;
  const place = { host: '127.0.0.1', port: plant.endpoints[1]?.port, timeout_ms: 1_500 };
  const device = await configureDevice(rest, { code: 'mixer', ...place }, [{ ...countPoint, code: 'speed' }]);
  const task = { code: 'mixing', period_ms: 1_000, device_ids: [device.id] };
  const { sessionId } = await configureAndStart(rest, task);
  const log = await sessionLogForTest(natsUrl);
  const putAway = jetStreamQuarantine(log.nc);
  const epoch = await new PlacedSamples(log.nc).epochOf(sampleOf(0, 1));
  let sequence = 1_000_000;
  return {
    ...press,
    log,
    session: sessionId,
    startWriter: () => services.restart('writer'),
    startCollector: async (collector) => {
      const running = await services.restart('collector', { COLLECTOR_ID: collector });
      const isUp = async () =>
        (await rest.get('/api/system/collectors/')).body.results.some(
          (each: { id: string; state: string }) => each.id === collector && each.state === 'active',
        );
      await eventually(isUp, { what: `${collector} to be up` });
      return running;
    },
    quarantine: async ({ reason, lostEpoch, collector = 'c1', ...rest }) => {
      const { body = encodeSample({ ...sampleOf(sequence, lostEpoch ?? epoch), collector }) } = rest;
      sequence += 1;
      const subject = `samples.${collector}.77.1`;
      await putAway({ stream: 'SAMPLES', subject, sequence, reason, body, lostEpoch });
    },
  };
}

function sampleOf(number: number, epoch: number): Sample {
  const tick = Math.floor(Date.now() / 1_000) - 60 + (number % 50);
  return {
    ...{ v: 1, session: '77-1', epoch, collector: 'c1', task: '77', device_id: '1', device: 'press-1' },
    ...{ site: '', measurement: 'press-1', tick, period_ms: 1_000, time: tick * 1_000 },
    ...{ read_at: tick * 1_000, values: { pressure: 4711 } },
  };
}
