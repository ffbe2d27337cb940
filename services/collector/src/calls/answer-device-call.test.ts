import type { WriteRequest } from '@holdfast/driver-modbus/layout/requests.ts';
import type { DeviceBus } from '@holdfast/driver-modbus/link/device-bus.ts';
import { ReadFailure } from '@holdfast/driver-modbus/link/read-failure.ts';
import { modbusDevice, pointOf } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { quoted } from '@holdfast/texts/text.ts';
import { describe, expect, it } from 'vitest';
import { Endpoints } from '../polling/endpoints.ts';
import { modbusOver } from '../polling/testing/modbus-links.ts';
import { answerDeviceCall } from './answer-device-call.ts';
import type { ResolvedCall } from './resolve-call.ts';

const device = modbusDevice({
  id: '1',
  code: 'press',
  protocol: 'modbus_tcp',
  host: 'press.plant',
  timeout_ms: 1_000,
  points: [{ code: 'setpoint', table: 'holding_register', address: 5, data_type: 'uint16', writable: true }],
});
const write: ResolvedCall = { v: 1, kind: 'write', within_ms: 5_000, device, value: 7 };

/** A device with one register, which fails to answer on demand. */
function registerBus(onWrite: () => Error | undefined = () => undefined) {
  const state = { value: 0, writes: [] as WriteRequest[], reads: 0 };
  const bus: DeviceBus = {
    read: async () => {
      state.reads += 1;
      return { kind: 'registers', values: [state.value] };
    },
    write: async (request) => {
      state.writes.push(request);
      const failure = onWrite();
      if (failure) throw failure;
      state.value = Number(request.values[0]);
    },
    disconnect: () => undefined,
  };
  return { state, endpoints: new Endpoints(modbusOver(() => bus)) };
}

const ask = (
  call: ResolvedCall,
  endpoints: Endpoints,
  leaseMs: number,
  renew: () => void = () => undefined,
) =>
  answerDeviceCall(call, {
    endpoints,
    leaseRemainingMs: () => leaseMs,
    renewLease: async () => renew(),
    forgetLearned: () => ['7-1'],
  });

describe('a reading', () => {
  it('says in words what the device sent that is no value', async () => {
    const { state, endpoints } = registerBus();
    state.value = 0x00fa;
    const counting = { ...device, points: [pointOf('count', 5, { data_type: 'bcd16' })] };
    const readCall: ResolvedCall = { v: 1, kind: 'read', within_ms: 5_000, device: counting };
    expect(inEnglish(await ask(readCall, endpoints, 10_000))).toMatchObject({
      points: [{ quality: 'bad', raw: ['0x00FA'], detail: 'holds a digit above 9, which BCD does not have' }],
    });
  });

  it.each([
    ['coils', { table: 'coil', data_type: 'bool', count: 2_000 }, 'bits', 'coils[1999]', ['1']],
    ['words', { data_type: 'uint32', count: 60 }, 'registers', 'words[1]', ['0x0002', '0x0003']],
    ['bytes', { data_type: 'uint8', count: 240 }, 'registers', 'bytes[3]', ['0x0001']],
    ['flags', { data_type: 'bool', bit: 9, count: 1_990 }, 'registers', 'flags[7]', ['0x0001']],
  ] as const)(
    'of a long array of %s has next to each value what holds that one alone',
    async (code, point, kind, value, raw) => {
      const bus: DeviceBus = {
        read: async ({ quantity, address }) =>
          kind === 'bits'
            ? { kind, values: Array.from({ length: quantity }, (_, at) => (address + at) % 2 === 1) }
            : { kind, values: Array.from({ length: quantity }, (_, at) => address + at) },
        write: async () => undefined,
        disconnect: () => undefined,
      };
      const long = { ...device, points: [pointOf(code, 0, point)] };
      const readCall: ResolvedCall = { v: 1, kind: 'read', within_ms: 5_000, device: long };
      const reply = await ask(readCall, new Endpoints(modbusOver(() => bus)), 10_000);
      if (reply.kind !== 'read') throw new Error(JSON.stringify(reply));
      expect(reply.points).toHaveLength(point.count);
      expect(reply.points.find((each) => each.code === value)).toMatchObject({ quality: 'good', raw });
    },
  );
});

describe('what was learned', () => {
  it('is forgotten without a word to the device', async () => {
    const { state, endpoints } = registerBus();
    const forget: ResolvedCall = { v: 1, kind: 'forget', within_ms: 5_000, device };
    expect(await ask(forget, endpoints, 0)).toEqual({ kind: 'forgotten', sessions: ['7-1'] });
    expect(state.reads).toBe(0);
  });
});

describe('a write', () => {
  it('is done and read back while the lease lasts long enough for both', async () => {
    const { state, endpoints } = registerBus();
    expect(await ask(write, endpoints, 10_000)).toMatchObject({
      kind: 'written',
      outcome: 'written',
      before: { value: 0, raw: ['0x0000'] },
      sent: ['0x0007'],
      read_back: { value: 7 },
    });
    expect(state.writes).toMatchObject([{ functionCode: 6, address: 5, values: [7] }]);
  });

  it('is not begun when the lease may end before the device has answered', async () => {
    const { state, endpoints } = registerBus();
    expect(await ask(write, endpoints, 1_200)).toMatchObject({ kind: 'refused' });
    expect(await ask(write, endpoints, 0)).toMatchObject({ kind: 'refused' });
    expect(state.writes).toEqual([]);
  });

  it('waits for a fresh lease where what is left is too short, and again before the reading back', async () => {
    const { state, endpoints } = registerBus(() => {
      leaseMs = 4_000;
      return undefined;
    });
    const slow = { ...device, timeout_ms: 9_000 };
    let leaseMs = 5_000;
    const renewals: number[] = [];
    const answer = answerDeviceCall(
      { ...write, device: slow, within_ms: 30_000 },
      {
        endpoints,
        leaseRemainingMs: () => leaseMs,
        renewLease: async () => {
          renewals.push(state.writes.length);
          leaseMs = 9_900;
        },
        forgetLearned: () => [],
      },
    );
    expect(await answer).toMatchObject({ kind: 'written', outcome: 'written', read_back: { value: 7 } });
    expect(renewals).toEqual([0, 1]);
  });

  it('that is done is not read back with a lease that may end before the answer', async () => {
    const { state, endpoints } = registerBus(() => {
      leaseMs = 800;
      return undefined;
    });
    let leaseMs = 10_000;
    const answer = await answerDeviceCall(write, {
      ...{ endpoints, leaseRemainingMs: () => leaseMs },
      renewLease: async () => undefined,
      forgetLearned: () => [],
    });
    expect(answer).toMatchObject({ kind: 'written', outcome: 'written', before: { value: 0 } });
    expect(inEnglish(answer)).toHaveProperty('detail', expect.stringContaining('could not be read back'));
    // The read of the former value.
    expect(state.reads).toBe(1);
  });

  it('is refused for a point that is not writable, whatever the caller believes', async () => {
    const { state, endpoints } = registerBus();
    const locked = { ...device, points: device.points.map((point) => ({ ...point, writable: false })) };
    expect(await ask({ ...write, device: locked }, endpoints, 10_000)).toMatchObject({ kind: 'refused' });
    expect(state.writes).toEqual([]);
  });

  it('is not repeated without an answer; what the device holds afterwards is reported', async () => {
    const silent = registerBus(() => new ReadFailure('timeout', quoted('no answer')));
    expect(await ask(write, silent.endpoints, 10_000)).toMatchObject({
      outcome: 'unknown',
      read_back: { value: 0 },
    });
    expect(silent.state.writes).toHaveLength(1);
  });

  it('that broke off in an unforeseen way is not called one that did not happen', async () => {
    const { endpoints } = registerBus(() => new TypeError('a fault of the program'));
    expect(await ask(write, endpoints, 10_000)).toMatchObject({ kind: 'written', outcome: 'unknown' });
  });

  it('that was not confirmed counts as written when the device holds the value', async () => {
    const { state, endpoints } = registerBus(() => {
      state.value = 7;
      return new ReadFailure('timeout', quoted('no answer'));
    });
    const answer = await ask(write, endpoints, 10_000);
    expect(answer).toMatchObject({ outcome: 'written' });
    expect(inEnglish(answer)).toHaveProperty('detail', expect.stringContaining('did not confirm'));
  });

  it.each([
    new ReadFailure('exception', quoted('exception 2: illegal data address'), { exceptionCode: 2 }),
    new ReadFailure('connection', quoted('connection refused'), { wasSent: false }),
  ])('that certainly did not happen has failed: $message', async (failure) => {
    const { state, endpoints } = registerBus(() => failure);
    expect(await ask(write, endpoints, 10_000)).toMatchObject({ outcome: 'failed', read_back: null });
    expect(state.reads).toBe(1);
  });
});

describe('a reading', () => {
  it('asks nothing without a lease', async () => {
    const { state, endpoints } = registerBus();
    const call: ResolvedCall = { v: 1, kind: 'read', within_ms: 5_000, device };
    expect(await ask(call, endpoints, 0)).toMatchObject({ kind: 'refused' });
    expect(state.reads).toBe(0);
    expect(await ask(call, endpoints, 5_000)).toMatchObject({ kind: 'read', points: [{ value: 0 }] });
  });
});
