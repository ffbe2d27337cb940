import { modbusDevice } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { DeviceCall } from '@holdfast/shared/contracts/device-call.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { driverLabels } from '@holdfast/shared/domain/placement/driver-labels.ts';
import { inLanguage, type Text } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import type { CollectorRecord, Collectors, DeviceCallOutcome } from '../ports.ts';
import { reachDevice } from './reach-device.ts';
import { readOnce } from './test-device.ts';

const device = modbusDevice({
  id: '1',
  code: 'meter',
  protocol: 'modbus_rtu',
  host: '',
  serial: { path: '/dev/ttyUSB0' },
  points: [{ code: 'power', table: 'holding_register', address: 0, data_type: 'uint16' }],
});
const call: DeviceCall = { v: 1, kind: 'read', within_ms: 1_000, device };

const collector = (
  id: string,
  labels: Record<string, string>,
  state: CollectorRecord['state'] = 'active',
  drivers: readonly string[] = ['modbus_tcp', 'modbus_rtu'],
): CollectorRecord => ({
  ...{
    id,
    labels: { ...labels, ...driverLabels(drivers) },
    state,
    host: 'h',
    startedAt: '',
    formerLives: [],
    capacity: 10,
  },
  ...{ isLost: false, stateSince: undefined, lastHeartbeat: undefined, version: undefined },
});

const reply: DeviceCallOutcome = { ok: true, reply: { kind: 'read', points: [], requests: [] } };

/** The collectors to which the call goes, in order; those without a given outcome answer. */
async function reach(options: {
  collectorList: readonly CollectorRecord[];
  holders?: readonly string[];
  labels?: Readonly<Record<string, string>>;
  outcomes?: Readonly<Record<string, DeviceCallOutcome>>;
}) {
  const { collectorList, holders = [], labels = {}, outcomes = {} } = options;
  const ids: string[] = [];
  const collectors = {
    list: async () => collectorList,
    call: async (id: string) => {
      ids.push(id);
      return outcomes[id] ?? reply;
    },
  };
  const problem = await reachDevice({ collectors, device, call, holders, labels }).then(
    () => undefined,
    (error: { code?: string; detail?: Text }) => error,
  );
  return { ids, problem: problem?.code, detail: problem?.detail && inLanguage(problem.detail, 'en') };
}

describe('who is asked about a device', () => {
  const north = collector('north', { site: 'north' });
  const south = collector('south', { site: 'south' });

  it('is the collector that polls its endpoint now, also while that one drains', async () => {
    const draining = collector('north', { site: 'north' }, 'draining');
    expect(await reach({ collectorList: [south, draining], holders: ['north'] })).toMatchObject({
      ids: ['north'],
      problem: undefined,
    });
  });

  it('is never the holder of the same path in another plant', async () => {
    const reached = await reach({
      collectorList: [north, south],
      holders: ['south'],
      labels: { site: 'north' },
    });
    expect(reached).toMatchObject({ ids: ['north'], problem: undefined });
    const alone = await reach({ collectorList: [south], holders: ['south'], labels: { site: 'north' } });
    expect(alone).toMatchObject({ ids: [], problem: 'no_collector' });
  });

  it('is the next one when the first is not there, and no other after one that fell silent', async () => {
    const absent: DeviceCallOutcome = { ok: false, why: 'absent', detail: '' };
    const silent: DeviceCallOutcome = { ok: false, why: 'silent', detail: '' };
    expect(await reach({ collectorList: [north, south], outcomes: { north: absent } })).toMatchObject({
      ids: ['north', 'south'],
      problem: undefined,
    });
    expect(await reach({ collectorList: [north, south], outcomes: { north: silent } })).toMatchObject({
      ids: ['north'],
      problem: 'collector_silent',
    });
  });

  it('is none without the driver of its protocol, which the refusal names', async () => {
    const older = collector('older', { site: 'north' }, 'active', ['modbus_tcp']);
    expect(await reach({ collectorList: [older, north], holders: ['older'] })).toMatchObject({
      ids: ['north'],
    });
    const reached = await reach({ collectorList: [older, south], labels: { site: 'north' } });
    expect(reached).toMatchObject({ ids: [], problem: 'no_collector' });
    expect(reached.detail).toMatch(
      /^Device meter: no collector that is up and has the labels site=north has the driver for modbus_rtu \(device meter\); start one/,
    );
  });

  it('is none that has ended, nor one that drains and does not hold it', async () => {
    const collectorList = [collector('a', {}, 'given_up'), collector('b', {}, 'draining')];
    const reached = await reach({ collectorList, holders: ['a'] });
    expect(reached).toMatchObject({ ids: [], problem: 'no_collector' });
    expect(reached.detail).toContain('every collector that is up is draining');
  });
});

it('a device is read in parts whose values fit into an answer', async () => {
  const calls: number[][] = [];
  const array = (address: number, count: number) => ({
    ...{ code: `a${address}`, table: 'coil', address, data_type: 'bool', count },
  });
  const read = await readOnce({
    collectors: {
      list: async () => [collector('a', {})],
      call: async (_id: string, { device: part }: DeviceCall) => {
        calls.push((part as DeviceConfig).points.map(({ count = 1 }) => count));
        return reply;
      },
    } as unknown as Collectors,
    device: modbusDevice({
      ...device,
      points: [array(0, 1_500), array(1_500, 500), array(2_000, 1), array(2_001, 2_000)],
    }),
    ...{ holders: [], learnedLimits: undefined, labels: {}, withinMs: 60_000, traceparent: undefined },
  });
  expect(calls).toEqual([[1_500, 500], [1], [2_000]]);
  expect(read.collector_id).toBe('a');
});
