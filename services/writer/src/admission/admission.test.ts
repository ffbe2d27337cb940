import { brokerCopyHeader } from '@holdfast/shared/contracts/broker-copy.ts';
import { readSample } from '@holdfast/shared/contracts/sample/read-sample.ts';
import {
  firstSequenceHeader,
  firstSubjectHeader,
  type Sample,
  trustEpochHeader,
} from '@holdfast/shared/contracts/sample/sample.ts';
import { EpochBook, type LoggedAt } from '@holdfast/shared/sessions/epoch-book.ts';
import { describe, expect, it } from 'vitest';
import { messageOf, sampleOf } from '../batch/testing/sample-message.ts';
import type { SampleMessage, Snapshots } from '../ports.ts';
import { Admission } from './admission.ts';
import { placedSo, snapshots, unchanged as versions } from './testing/gate-for-test.ts';

const log = new Map<number, LoggedAt>([
  [5, placedSo({ collectorId: 'collector-9' })],
  [6, { kind: 'other' }],
  [7, placedSo()],
  [8, placedSo({ sessionId: 'session-2', taskId: 'task-2', collectorId: 'collector-9' })],
  [9, { kind: 'lost' }],
]);

async function verdictOn(message: SampleMessage) {
  const lookUps: number[] = [];
  const epochs = new EpochBook({
    lookUp: async (epoch) => {
      lookUps.push(epoch);
      return log.get(epoch) ?? { kind: 'ahead' };
    },
  });
  const admission = new Admission({ epochs, snapshots, versions });
  const sample = readSample(message.data);
  if (!sample.ok) throw new Error(sample.problem);
  const verdict = admission.judge(message, sample.sample);
  if (verdict !== undefined) return verdict;
  await admission.lookUp(sample.sample);
  await admission.lookUp(sample.sample);
  expect(lookUps.filter((epoch) => log.has(epoch)).length).toBeLessThanOrEqual(1);
  return admission.judge(message, sample.sample);
}

const on = (subject: string, sample: Sample, headers: Readonly<Record<string, string>> = {}) => ({
  ...messageOf(100, sample, headers),
  subject,
});
const own = 'samples.collector-1.task-1.device-1';
const sample = sampleOf({ tick: 1 });
const rejected = (reason: string, isLost = false) => ({
  kind: 'rejected',
  reason: expect.stringContaining(reason),
  isLost,
  ...(reason === 'trust_epoch' && { lostEpoch: 9 }),
});

describe('a sample', () => {
  it('of the session’s holder is admitted, its miss and what the supervisor says of it too', async () => {
    const admitted = { kind: 'admitted', isVerified: true, sinceMs: 0 };
    expect(await verdictOn(on(own, sample))).toEqual(admitted);
    const miss = { ...sample, values: undefined, miss: { cause: 'buffer_full', detail: '' } as const };
    expect(await verdictOn(on(own, miss))).toEqual(admitted);
    expect(await verdictOn(on('samples._dropped.task-1._all', miss))).toEqual(admitted);
    const odd = { ...sample, values: { mode: 'auto', temperature: -0 }, integers: { count: '9' } };
    expect(await verdictOn(on(own, odd))).toEqual(admitted);
  });

  it.each<[string, Partial<Sample>, string]>([
    [
      'a past epoch, which another holder had',
      { epoch: 5 },
      'epoch 5 is that of session session-1 at collector-9',
    ],
    ['a number that is no epoch', { epoch: 6 }, 'event 6 of SESSIONS gives no session'],
    ['the epoch of another session', { epoch: 8 }, 'epoch 8 is that of session session-2'],
    ['another session', { session: 'session-3' }, 'not of session-3'],
    ['a device that is not in the task', { device_id: 'device-2' }, 'published for device-1'],
    ['another device’s code', { device: 'press-2' }, 'the device is press-1, not press-2'],
    ['another site', { site: 'south' }, "press-1 is at the site 'north', not 'south'"],
    ['another measurement', { measurement: 'oven' }, 'the measurement of press-1 is press-1, not oven'],
    [
      'a point that is not there',
      { values: { temperature: 1, pressure: 2 } },
      'press-1 has no point pressure',
    ],
    ['a text for one', { values: { pressure: 'high' } }, 'press-1 has no point pressure'],
    ['an integer for one', { integers: { pressure: '1' } }, 'press-1 has no point pressure'],
    ['doubt about one', { uncertain: ['pressure'] }, 'press-1 has no point pressure'],
    [
      'that one is lacking',
      {
        lacking: [
          { set: 'AAAAAAAAAAAAAAAAAAAAAA' },
          {
            set: 'BBBBBBBBBBBBBBBBBBBBBB',
            points: [{ cause: 'exception', period_ms: 1_000, codes: ['pressure'] }],
          },
        ],
      },
      'press-1 has no point pressure',
    ],
  ])('with %s is not', async (_what, changes, reason) => {
    expect(await verdictOn(on(own, { ...sample, ...changes }))).toEqual(rejected(reason));
  });

  it('of a device that the task has not is not, on whichever subject', async () => {
    const foreign = { ...sample, device_id: 'device-2' };
    expect(await verdictOn(on('samples.collector-1.task-1.device-2', foreign))).toEqual(
      rejected('task task-1 has no device with the id device-2'),
    );
  });

  it('that another client publishes in its holder’s name is not, and neither is a copy by the broker', async () => {
    expect(await verdictOn(on('samples.evil.task-1.device-1', sample))).toEqual(
      rejected('evil has published it'),
    );
    const evil = { ...sample, collector: 'evil' };
    expect(await verdictOn(on('samples.evil.task-1.device-1', evil))).toEqual(
      rejected('not of session-1 at evil'),
    );
    expect(await verdictOn(on('samples.task-1.device-1', sample))).toEqual(
      rejected('is no subject of a sample'),
    );
    expect(await verdictOn(on(own, sample, { [brokerCopyHeader]: 'SAMPLES' }))).toEqual(rejected('a copy'));
  });

  it('of an epoch beyond the end of the log cannot be judged, and one that was lost is not held against its sender', async () => {
    expect(await verdictOn(on(own, { ...sample, epoch: 10 }))).toBeUndefined();
    expect(await verdictOn(on(own, { ...sample, epoch: Number.MAX_SAFE_INTEGER }))).toBeUndefined();
    expect(await verdictOn(on(own, { ...sample, epoch: 9 }))).toEqual(rejected('trust_epoch', true));
  });

  it('that says where it was first is believed on the API’s subjects only', async () => {
    const again = 'samples._again.task-1.device-1';
    const headers = (subject: string, more = {}) => ({
      [firstSequenceHeader]: '3',
      [firstSubjectHeader]: subject,
      ...more,
    });
    const lost = { ...sample, epoch: 9 };
    const vouched = { [trustEpochHeader]: '9' };
    expect(await verdictOn(on(again, sample, headers(own)))).toEqual({
      kind: 'admitted',
      isVerified: true,
      sinceMs: 0,
    });
    expect(await verdictOn(on(again, lost, headers(own)))).toEqual(rejected('trust_epoch', true));
    expect(await verdictOn(on(again, lost, headers(own, vouched)))).toEqual({
      kind: 'admitted',
      isVerified: false,
      sinceMs: 0,
    });
    // The forger does not become the sample's holder because it was sent again.
    const evil = headers('samples.evil.task-1.device-1', vouched);
    expect(await verdictOn(on(again, sample, evil))).toEqual(rejected('evil has published it'));
    expect(await verdictOn(on(again, lost, evil))).toEqual(rejected('evil has published it'));
    // Only this epoch is vouched for, and only where the log has lost it.
    expect(await verdictOn(on(again, { ...sample, epoch: 4 }, headers(own, vouched)))).toBeUndefined();
    for (const epoch of [4, 5, 6, 7]) {
      const trusted = headers(own, { [trustEpochHeader]: String(epoch) });
      const plain = await verdictOn(on(again, { ...sample, epoch }, headers(own)));
      expect(await verdictOn(on(again, { ...sample, epoch }, trusted))).toEqual(plain);
    }
    expect(
      await verdictOn(on(again, { ...lost, epoch: 9 }, headers(own, { [trustEpochHeader]: '7' }))),
    ).toEqual(rejected('trust_epoch', true));
    expect(await verdictOn(on(own, lost, headers(own, vouched)))).toEqual(rejected('trust_epoch', true));
  });

  it('in the name of who has not the session loads nothing, and no more than 8 snapshots are loaded at once', async () => {
    let loading = 0;
    let most = 0;
    let loads = 0;
    const counted: Snapshots = {
      load: async (...task) => {
        loads += 1;
        loading += 1;
        most = Math.max(most, loading);
        await new Promise((resolve) => setImmediate(resolve));
        loading -= 1;
        return snapshots.load(...task);
      },
    };
    const epochs = new EpochBook({ lookUp: async (epoch) => placedSo({ configVersion: epoch }) });
    const admission = new Admission({ epochs, snapshots: counted, versions });
    const all = Array.from({ length: 30 }, (_, index) => ({ ...sample, epoch: index + 1 }));
    for (const change of [{ collector: 'evil' }, { session: 'session-2' }, { task: 'task-2' }]) {
      const forged = { ...sample, epoch: 1, ...change };
      await admission.lookUp(forged);
      const subject = `samples.${forged.collector}.${forged.task}.device-1`;
      expect(admission.judge(on(subject, forged), forged)).toEqual(rejected('epoch 1 is that of session'));
    }
    expect(loads).toBe(0);
    await Promise.all(all.map((each) => admission.lookUp(each)));
    expect([loads, most]).toEqual([30, 8]);
    for (const each of all)
      expect(admission.judge(on(own, each), each)).toEqual({
        kind: 'admitted',
        isVerified: true,
        sinceMs: 0,
      });
  });

  it('of a known epoch is of points whose names and units the snapshot has, each value of an array too', async () => {
    const claim = { epoch: 7, device_id: 'device-1' };
    const oneDevice: Snapshots = {
      load: async (...task) => {
        const loaded = await snapshots.load(...task);
        if (!loaded.ok) return loaded;
        const [device] = loaded.config.devices as [(typeof loaded.config.devices)[number]];
        const [point] = device.points as [(typeof device.points)[number]];
        const points = [
          { ...point, code: 'temperature', name: '料筒温度', unit: '°C' },
          { ...point, code: 'load', name: 'Load', count: 2, scale: 0.1 },
        ];
        return { ok: true, config: { ...loaded.config, devices: [{ ...device, points }] } };
      },
    };
    const epochs = new EpochBook({ lookUp: async () => placedSo() });
    const admission = new Admission({ epochs, snapshots: oneDevice, versions });
    expect(admission.labelsOf(claim)).toBeUndefined();
    await admission.lookUp(sample);
    expect([...(admission.labelsOf(claim) ?? [])]).toEqual([
      ['temperature', { name: '料筒温度', unit: '°C', isWhole: true }],
      ['load[0]', { name: 'Load', unit: '', isWhole: false }],
      ['load[1]', { name: 'Load', unit: '', isWhole: false }],
    ]);
    expect(admission.labelsOf({ epoch: 7, device_id: 'another' })).toBeUndefined();
  });

  it('of which the snapshot is missing is admitted once that is there, and asks for it now and then only', async () => {
    let nowMs = 0;
    let loads = 0;
    let isThere = false;
    const late: Snapshots = {
      load: async (...task) => {
        loads += 1;
        return isThere ? snapshots.load(...task) : { ok: false, problem: 'the snapshot is missing' };
      },
    };
    const epochs = new EpochBook({ lookUp: async () => placedSo() });
    const admission = new Admission({ epochs, snapshots: late, versions, nowMs: () => nowMs });
    const judgedAt = async (ms: number) => {
      nowMs = ms;
      if (!admission.judge(on(own, sample), sample)) await admission.lookUp(sample);
      return admission.judge(on(own, sample), sample);
    };
    for (let ms = 0; ms < 60_000; ms += 10) {
      expect(await judgedAt(ms)).toEqual(rejected('the snapshot is missing', true));
    }
    expect(loads).toBeLessThanOrEqual(12);
    isThere = true;
    expect(await judgedAt(120_000)).toEqual({ kind: 'admitted', isVerified: true, sinceMs: 0 });
  });

  it('is not judged by what was asked of a broker that was unavailable since', async () => {
    const answers: (() => void)[] = [];
    const slow: Snapshots = {
      load: (...task) =>
        new Promise((resolve) => answers.push(() => void snapshots.load(...task).then(resolve))),
    };
    const epochs = new EpochBook({ lookUp: async () => placedSo() });
    const admission = new Admission({ epochs, snapshots: slow, versions });
    const lookUp = admission.lookUp(sample);
    while (answers.length === 0) await new Promise((resolve) => setImmediate(resolve));
    admission.forget();
    answers[0]?.();
    await lookUp;
    expect(admission.judge(on(own, sample), sample)).toBeUndefined();
  });
});
