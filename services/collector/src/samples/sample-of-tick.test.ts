import { deviceOf, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { type OutgoingSample, type Sample, sampleSchema } from '@holdfast/shared/contracts/sample/sample.ts';
import type { PointConfig } from '@holdfast/shared/contracts/task-config.ts';
import { describe, expect, it } from 'vitest';
import { PolledWorld } from '../polling/testing/polled-world.ts';
import { sampleWriter } from './sample-of-tick.ts';
import { parseOutgoing } from './testing/parse-outgoing.ts';

const report = { heartbeat_ms: 3_000 };
const reported: PointConfig[] = [
  { ...pointOf('speed', 10), report },
  { ...pointOf('force', 11), report },
];

async function samples(world: PolledWorld, points: PointConfig[], ms: number): Promise<Sample[]> {
  const device = deviceOf({ points });
  const source = { sessionId: '7-1', epoch: 4, collectorId: 'c', taskId: '7', device, periodMs: 1_000 };
  const sampleOf = sampleWriter(source);
  const sentSamples: OutgoingSample[] = [];
  world.poll(device, { onTick: (result) => sentSamples.push(sampleOf(result)) });
  await world.time.advance(ms);
  await world.stop();
  return sentSamples.map((outgoing) => {
    const { message, isRead, ...about } = outgoing;
    const text = new TextDecoder().decode(message);
    const sample = sampleSchema.parse(JSON.parse(text));
    const { values, integers, uncertain, ...head } = sample;
    // The fields next to the message say the same as the message.
    expect(about).toEqual(head);
    // Compact, and in the order that JSON.stringify gave it.
    const { miss, ...before } = head;
    expect(text).toBe(JSON.stringify({ ...before, values, integers, uncertain, miss }));
    expect(isRead).toBe(Boolean(values ?? integers) || !miss);
    return sample;
  });
}

const summaryOf = ({ values, miss }: Sample) => [values && { ...values }, miss?.cause];

describe('the messages of a device that is reported by exception', () => {
  it('are one for each tick, empty when nothing has changed, and complete after a heartbeat', async () => {
    const all = await samples(new PolledWorld(), reported, 4_500);
    expect(all.map(summaryOf)).toEqual([
      [{ speed: 10, force: 11 }, undefined],
      [undefined, undefined],
      [undefined, undefined],
      [{ speed: 10, force: 11 }, undefined],
      [undefined, undefined],
    ]);
    expect(all.map(({ tick }) => tick)).toEqual(all.map((_, index) => (all[0]?.tick ?? 0) + index));
  });

  it('are complete after the device was silent', async () => {
    const world = new PolledWorld();
    world.bus.reply = () => {
      const isSilent = world.time.nowMs() >= 1_000 && world.time.nowMs() < 2_000;
      return isSilent ? { afterMs: 5, failure: 'timeout' } : { afterMs: 5 };
    };
    const all = await samples(world, reported, 3_500);
    expect(all.map(summaryOf)).toEqual([
      [{ speed: 10, force: 11 }, undefined],
      [undefined, 'timeout'],
      [{ speed: 10, force: 11 }, undefined],
      [undefined, undefined],
    ]);
  });

  it('say that the tick was read although a point is missing and the others have not changed', async () => {
    const world = new PolledWorld();
    world.bus.reply = ({ address }) =>
      address === 500 ? { afterMs: 5, failure: 'exception', exceptionCode: 2 } : { afterMs: 5 };
    const all = await samples(world, [...reported, pointOf('gone', 500)], 1_500);
    expect(all.map(summaryOf)).toEqual([
      [{ speed: 10, force: 11 }, 'exception'],
      [{}, 'exception'],
    ]);
  });

  it('name the points that are missing, and the list of them once a minute and when it is another one', async () => {
    const world = new PolledWorld();
    let isThere = false;
    world.bus.reply = ({ address }) =>
      address === 500 && !isThere ? { afterMs: 5, failure: 'exception', exceptionCode: 2 } : { afterMs: 5 };
    const all: OutgoingSample[] = [];
    const device = deviceOf({ points: [pointOf('speed', 10), pointOf('gone', 500)] });
    const source = { sessionId: '7-1', epoch: 4, collectorId: 'c', taskId: '7', device, periodMs: 1_000 };
    const sampleOf = sampleWriter(source);
    world.poll(device, { onTick: (result) => all.push(sampleOf(result)), refusedPauseMs: 10_000 });
    await world.time.advance(70_500);
    isThere = true;
    await world.time.advance(60_000);
    await world.stop();
    const lacking = all.map((sample) => parseOutgoing(sample).lacking);
    const list = [{ cause: 'exception', period_ms: 1_000, codes: ['gone'] }];
    expect(lacking[0]).toMatchObject([{ points: list }]);
    expect(lacking.flatMap((sets, index) => (sets?.some(({ points }) => points) ? [index] : []))).toEqual([
      0, 60,
    ]);
    expect(new Set(lacking.slice(0, 60).map((sets) => sets?.map(({ set }) => set).join())).size).toBe(1);
    expect(lacking.at(-1)).toBeUndefined();
  });

  it('begin with everything under a new holder', async () => {
    const world = new PolledWorld();
    await samples(world, reported, 1_500);
    const [first] = await samples(world, reported, 1_500);
    expect(first && summaryOf(first)).toEqual([{ speed: 10, force: 11 }, undefined]);
  });
});

describe('a message', () => {
  it('has exact integers next to the other values, and says what is uncertain', async () => {
    const points: PointConfig[] = [
      { ...pointOf('total', 0), data_type: 'uint64' },
      { ...pointOf('speed', 10), valid_max: 5 },
    ];
    const [sample] = await samples(new PolledWorld(), points, 500);
    expect(sample).toMatchObject({ uncertain: ['speed'] });
    expect({ ...sample?.integers }).toEqual({ total: '4295098371' });
    expect({ ...sample?.values }).toEqual({ speed: 10 });
  });
});
