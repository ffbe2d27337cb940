import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';
import { decodeSample, type Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { decodeSessionEvent } from '@holdfast/shared/contracts/session-events.ts';
import { durableNames, streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { readStream } from '@holdfast/shared/jetstream/consume/read-stream.ts';
import { identitiesForTest } from '@holdfast/test/support/identities-for-test.ts';
import { jetstreamManager } from '@nats-io/jetstream';
import { TimeoutError } from '@nats-io/nats-core';
import { type MeasuredApi, startMeasuredApi } from '../api/measured-api.ts';
import { type BenchmarkContext, InvalidMeasurement } from '../benchmark.ts';
import { type FleetProcess, startFleetProcess } from '../fleet/fleet-process.ts';
import { until } from '../fleet/until.ts';
import type { AttackerData, AttackOrder, AttackReport } from './attacker.ts';
import type { Targets } from './attacks.ts';

const thiefId = 'hall-1';
const honestId = 'hall-2';
export const periodMs = 100;
/** The supervisor renews its lead so often: the shorter, the more exactly it is seen when it stands still. */
export const renewMs = 250;
const honestDevices = 4;
/** Samples of the honest collector that may always wait for the writer. */
const onTheirWay = 100;

/** All services of an installation, an honest collector with a session, and the thief of another one's key with another. */
export interface BesiegedPlant {
  readonly measured: MeasuredApi;
  readonly supervisor: FleetProcess;
  /** Codes of the devices that the honest collector reads, and its session. */
  readonly honest: { readonly session: string; readonly devices: readonly string[] };
  readonly thiefsSession: string;
  /** A device that the thief's collector should read. */
  readonly thiefsDeviceId: number;
  attack(order: AttackOrder): void;
  /** What the thief has sent; call it after the order to stop. */
  stopped(): Promise<Exclude<AttackReport, 'ready'>>;
  /** What the thief aims at, once all that it has sent before is done with. */
  targets(): Promise<Targets>;
  check(): void;
}

export async function besiege(context: BenchmarkContext): Promise<BesiegedPlant> {
  const { cleanUp, profileFolder, progress } = context;
  const identities = identitiesForTest([thiefId, honestId]);
  const measured = await startMeasuredApi(context, {
    identities,
    // As by default: a flood must not push samples out of a stream that is smaller than in any installation.
    settings: { SAMPLES_MAX_BYTES: String(4 * 1024 ** 3) },
  });
  const { nc, natsUrl, databaseUrl, folder } = measured;
  const running: FleetProcess[] = [];
  const start = async (
    service: 'supervisor' | 'writer' | 'collector',
    settings: Readonly<Record<string, string>>,
  ) => {
    const all = { NATS_URL: natsUrl, LOCK_DIR: join(folder, 'locks'), ...settings };
    const started = await startFleetProcess(service, all, profileFolder);
    cleanUp.defer(async () => void (await started.process.stop({ graceMs: 30_000 })));
    running.push(started);
    return started;
  };
  const supervisor = await start('supervisor', {
    ...{ NATS_NKEY_SEED: identities.seed('supervisor'), LEASE_RENEW_MS: String(renewMs) },
  });
  await start('writer', { NATS_NKEY_SEED: identities.seed('writer'), DATABASE_URL: databaseUrl });
  await start('collector', {
    ...{ NATS_NKEY_SEED: identities.seed('collector', honestId), COLLECTOR_ID: honestId },
    ...{ COLLECTOR_LABELS: 'hall=2', SPOOL_DIR: join(folder, 'spool') },
  });
  const check = () => {
    measured.process.check();
    for (const each of running) each.check();
  };

  const plant = await startPlant({
    host: '0.0.0.0',
    config: { devices: [{ code: 'press', unitId: 1, tables: { holding_register: (address) => address } }] },
  });
  cleanUp.defer(() => plant.stop());
  const port = plant.endpoints[0]?.port ?? 0;
  const configure = async (hall: number, count: number) => {
    const codes = Array.from({ length: count }, (_, nth) => `press-${hall}-${nth + 1}`);
    const ids: number[] = [];
    for (const [nth, code] of codes.entries()) {
      const place = { host: `127.0.${hall}.${nth + 1}`, port, unit_id: 1, timeout_ms: 5_000 };
      const { id } = await measured.create('/api/config/devices/', { code, ...place });
      await measured.create('/api/config/points/', [
        { device_id: id, code: 'count', table: 'holding_register', data_type: 'uint16', address: 0 },
      ]);
      ids.push(id);
    }
    const task = { code: `hall-${hall}`, period_ms: periodMs, device_ids: ids };
    const labels = { required_labels: { hall: String(hall) } };
    const { id } = await measured.create('/api/config/tasks/', { ...task, ...labels });
    const started = await measured.create('/api/acquisition/sessions/start-task/', { task_id: id });
    return { taskId: String(id), session: started.session_id ?? '', devices: codes, deviceIds: ids };
  };
  const honest = await configure(2, honestDevices);
  const thiefs = await configure(1, 1);

  const data: AttackerData = {
    ...{ url: natsUrl, seed: identities.seed('collector', thiefId), collectorId: thiefId },
  };
  const thief = new Worker(new URL('./attacker.ts', import.meta.url), { workerData: data });
  let failure: unknown;
  thief.on('error', (error) => {
    failure = error;
  });
  cleanUp.defer(async () => {
    const ended = once(thief, 'exit');
    thief.postMessage('end');
    await ended;
  });
  await once(thief, 'message');
  const checkAll = () => {
    if (failure !== undefined) throw new InvalidMeasurement(`the attacker has failed: ${failure}`);
    check();
  };

  const jsm = await jetstreamManager(nc);
  const honestSample = async (): Promise<Sample | undefined> => {
    const subject = subjects.sample(honestId, honest.taskId, '*');
    const message = await jsm.streams.getMessage(streamNames.samples, { last_by_subj: subject });
    const decoded = message && decodeSample(message.string());
    return decoded?.ok && decoded.sample.values ? decoded.sample : undefined;
  };
  const thiefsEpoch = async (): Promise<number | undefined> => {
    let epoch: number | undefined;
    for await (const { sequence, data: text } of readStream(nc, streamNames.sessions)) {
      const decoded = decodeSessionEvent(JSON.parse(text));
      if (decoded.kind !== 'placement' || decoded.event.sessionId !== thiefs.session) continue;
      const isGiven = decoded.event.type === 'session.assigned' && decoded.event.collectorId === thiefId;
      epoch = isGiven ? sequence : undefined;
    }
    return epoch;
  };
  progress('waiting until the honest collector is read, and the thief has been given its session');
  let anotherSample: Sample | undefined;
  let epoch: number | undefined;
  const targets = async (): Promise<Targets> => {
    await until(
      'the thief to know a session, and all that it has sent before to be done with',
      async () => {
        try {
          const consumer = await jsm.consumers.info(streamNames.samples, durableNames.writer);
          if (consumer.num_pending > onTheirWay) return false;
          [anotherSample, epoch] = [await honestSample(), await thiefsEpoch()];
        } catch (error) {
          // The broker drops requests of everybody when too many wait.
          if (!(error instanceof TimeoutError)) throw error;
        }
        return anotherSample !== undefined && epoch !== undefined;
      },
      checkAll,
    );
    const [device = ''] = thiefs.devices;
    const about = { session: thiefs.session, epoch: epoch ?? 0, collector: thiefId, task: thiefs.taskId };
    const sample = anotherSample as Sample;
    const names = { device_id: String(thiefs.deviceIds[0]), device, measurement: device };
    return {
      collectorId: thiefId,
      ownSample: { ...sample, ...about, ...names, since_tick: sample.tick },
      anotherSample: sample,
    };
  };
  await targets();
  return {
    ...{ measured, supervisor, honest, targets, check: checkAll },
    thiefsSession: thiefs.session,
    thiefsDeviceId: thiefs.deviceIds[0] ?? 0,
    attack: (order) => thief.postMessage(order),
    stopped: async () => {
      const [report] = (await once(thief, 'message')) as [Exclude<AttackReport, 'ready'>];
      return report;
    },
  };
}
