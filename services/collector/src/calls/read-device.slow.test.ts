import {
  cleanUp,
  mbapFrame,
  soundReply,
  startPeer,
} from '@holdfast/driver-modbus/link/testing/bus-under-test.ts';
import { groupOf } from '@holdfast/driver-modbus/link/testing/raw-requests.ts';
import { modbusDevice } from '@holdfast/driver-modbus/plan/testing/devices.ts';
import type { ReadPoint } from '@holdfast/shared/contracts/device-call.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';
import { inEnglish } from '@holdfast/texts/testing/in-english.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { Endpoints } from '../polling/endpoints.ts';
import { modbusOver, pollableModbus } from '../polling/testing/modbus-links.ts';
import { answerDeviceCall } from './answer-device-call.ts';
import type { ResolvedCall } from './resolve-call.ts';

// Each test has a device of its own. Those that wait for silent ones do so together.
afterAll(cleanUp);

/** `end`: the connection ends. A number: the device answers with this exception. */
type Fate = 'answer' | 'silent' | 'end' | number;

interface ReadRequest {
  readonly address: number;
  readonly quantity: number;
  /** Counted from 0. */
  readonly n: number;
}

/** A device over TCP whose register n holds n + 1000. */
async function deviceThat(does: (request: ReadRequest) => Fate | Promise<Fate>) {
  const requests: string[] = [];
  const { bus } = await startPeer(async (socket, request, n) => {
    const [address, quantity] = [request.readUInt16BE(8), request.readUInt16BE(10)];
    requests.push(`${address}+${quantity}`);
    const fate = await does({ address, quantity, n });
    if (fate === 'answer') socket.write(soundReply(request));
    else if (fate === 'end') socket.end();
    else if (fate !== 'silent')
      socket.write(mbapFrame(request.readUInt16BE(0), request.readUInt8(6), Buffer.of(0x83, fate)));
  });
  const endpoints = new Endpoints(modbusOver(() => bus));
  const test = async (device: DeviceConfig, call: Partial<ResolvedCall> = {}) => {
    const reply = await answerDeviceCall(
      { v: 1, kind: 'read', within_ms: 120_000, device, ...call } as ResolvedCall,
      {
        endpoints,
        leaseRemainingMs: () => 60_000,
        renewLease: async () => undefined,
        forgetLearned: () => [],
      },
    );
    if (reply.kind !== 'read') throw new Error(`not read: ${JSON.stringify(reply)}`);
    const english = inEnglish(reply) as typeof reply;
    return { ...english, of: new Map(english.points.map((point) => [point.code, point])) };
  };
  return { requests, bus, endpoints, test };
}

const register = (address: number, rest: object = {}) => ({
  ...{ code: `r${address}`, table: 'holding_register', address, data_type: 'uint16' },
  ...rest,
});
const deviceWith = (points: object[], rest: object = {}): DeviceConfig =>
  modbusDevice({
    ...{ id: '1', code: 'press', protocol: 'modbus_tcp', host: 'press.plant', timeout_ms: 1_500, points },
    ...rest,
  });
/** Registers so far apart that each is a block of its own. */
const apart = (count: number) => Array.from({ length: count }, (_, index) => register(index * 10));
const run = (count: number) => Array.from({ length: count }, (_, address) => register(address));
const good = (points: Iterable<ReadPoint>) =>
  [...points].flatMap(({ code, quality }) => (quality === 'good' ? [code] : []));
const after = (ms: number, fate: Fate) => new Promise<Fate>((resolve) => setTimeout(resolve, ms, fate));

describe.concurrent('a slow device', () => {
  it('for which the time was too short is not said to be silent', async () => {
    const { test } = await deviceThat(() => after(400, 'answer'));
    const { points, of, given_up } = await test(deviceWith(apart(40), { timeout_ms: 60_000 }), {
      within_ms: 3_000,
    });
    expect(given_up).toEqual({ detail: 'the time of the test was over', met_limit: 'test_time' });
    expect(of.get('r0')).toMatchObject({ quality: 'good', value: 1000 });
    expect(of.get('r390')).toMatchObject({
      quality: 'bad',
      met_limit: 'test_time',
      detail: 'not read: the time of the test was over',
    });
    expect(points.filter(({ met_limit }) => met_limit === 'device_timeout')).toEqual([]);
  });

  it('whose answer was still to come is distinguished from one whose own time is over', async () => {
    const { test } = await deviceThat(() => 'silent');
    const { of } = await test(deviceWith(run(1), { timeout_ms: 60_000 }), { within_ms: 5_000 });
    expect(of.get('r0')).toMatchObject({ met_limit: 'test_time' });
    expect(of.get('r0')?.detail).toMatch(
      /no answer within \d+ ms, when the time of the test was over; the device's timeout_ms is 60000$/,
    );
  });

  it('whose turn does not come says that others keep it busy', async () => {
    const { bus, endpoints, requests: sent, test } = await deviceThat(() => 'silent');
    const device = deviceWith(run(1));
    const endpoint = endpoints.acquire(pollableModbus(device), '');
    const others = endpoint.turn({}, { timeoutMs: 60_000 }, (its) =>
      its.read(groupOf({ unitId: 1, table: 'coil', address: 7, quantity: 1, timeoutMs: 60_000 }), 60_000),
    );
    const { of, requests } = await test(device, { within_ms: 5_000 });
    expect([sent, requests]).toEqual([['7+1'], []]);
    expect(of.get('r0')?.detail).toContain('others keep its endpoint busy');
    bus.disconnect();
    await others.catch(() => undefined);
  });
});

describe('the bytes of a reading', () => {
  it('are reported as they went over the line, of an answer, a refusal and a silence', async () => {
    const { test } = await deviceThat(({ address }) =>
      address === 0 ? 'answer' : address === 10 ? 2 : 'silent',
    );
    const { requests } = await test(deviceWith(apart(3)));
    const of = (address: number) => requests.find((request) => request.address === address)?.heard ?? [];
    const framesAt = (address: number) =>
      of(address).map(({ direction, bytes }) => [direction, bytes.slice(4)]);
    // Compared without the transaction id, which begins anywhere.
    expect(framesAt(0)).toEqual([
      ['sent', '0000000601'.concat('0300000001')],
      ['received', '0000000501'.concat('030203e8')],
    ]);
    expect(framesAt(10)).toEqual([
      ['sent', '0000000601'.concat('03000a0001')],
      ['received', '0000000301'.concat('8302')],
    ]);
    expect(framesAt(20)).toEqual([['sent', '0000000601'.concat('0300140001')]]);
    expect(of(0).map(({ bytes }) => bytes.slice(0, 4))).toEqual([
      of(0)[0]?.bytes.slice(0, 4),
      of(0)[0]?.bytes.slice(0, 4),
    ]);
  });

  it('are left out once an answer has no more room for them', async () => {
    const { test } = await deviceThat(() => 'answer');
    const blocks = Array.from({ length: 270 }, (_, index) => register(index * 125, { count: 125 }));
    const { requests, points } = await test(deviceWith(blocks));
    expect(points.every(({ quality }) => quality === 'good')).toBe(true);
    const answered = requests.filter(({ heard }) => heard);
    expect([answered.length > 200, answered.length < requests.length]).toEqual([true, true]);
  });
});

describe.concurrent('a device that is silent', () => {
  it.each([
    ['first', [0]],
    ['in the midst', [20]],
    ['last', [40]],
    ['for two in a row', [10, 20]],
    ['for the first two', [0, 10]],
    ['for all but the last', [0, 10, 20, 30]],
    ['for all but the first two', [20, 30, 40]],
  ])('for a block of several, %s, loses that one alone', async (_, silent) => {
    const { test } = await deviceThat(({ address }) => (silent.includes(address) ? 'silent' : 'answer'));
    const { points, of, given_up } = await test(deviceWith(apart(5)));
    expect(given_up).toBeUndefined();
    expect(good(points)).toEqual(
      [0, 10, 20, 30, 40].filter((address) => !silent.includes(address)).map((address) => `r${address}`),
    );
    for (const address of silent) {
      expect(of.get(`r${address}`)).toMatchObject({
        detail: "no answer within 1500 ms, the device's timeout_ms, though it answers others",
        met_limit: 'device_timeout',
      });
    }
  });

  it('for all is asked three times, as by a session before its first pause', async () => {
    const { requests, test } = await deviceThat(() => 'silent');
    const { points, given_up } = await test(deviceWith(apart(40), { timeout_ms: 1_000 }));
    expect(requests).toEqual(['0+1', '390+1', '200+1']);
    const why = {
      detail: "no answer within 1000 ms, the device's timeout_ms (3 tries)",
      met_limit: 'device_timeout',
    };
    expect(given_up).toEqual(why);
    expect(new Set(points.map(({ detail }) => detail))).toEqual(new Set([`not read: ${why.detail}`]));
    expect(new Set(points.map(({ met_limit }) => met_limit))).toEqual(new Set(['device_timeout']));
  });

  it('for longer than the test may take says so of what was asked', async () => {
    const { test } = await deviceThat(() => 'silent');
    const { of } = await test(deviceWith(apart(4), { timeout_ms: 1_000 }), { within_ms: 2_000 });
    expect(of.get('r0')).toMatchObject({
      detail:
        "not read: the time of the test was over; before that: no answer within 1000 ms, the device's timeout_ms",
      met_limit: 'test_time',
    });
    expect(of.get('r10')?.detail).toBe('not read: the time of the test was over');
  });

  it('once, and answers then, has all its values', async () => {
    const { test } = await deviceThat(({ n }) => (n === 0 ? 'silent' : 'answer'));
    expect(good((await test(deviceWith(run(3)))).points)).toEqual(['r0', 'r1', 'r2']);
  });
});

describe('a device that refuses a part', () => {
  it('is narrowed down to it as by a session, not point by point', async () => {
    const { requests, test } = await deviceThat(({ address, quantity }) =>
      address <= 37 && address + quantity > 37 ? 2 : 'answer',
    );
    const { points, of } = await test(deviceWith(run(100)));
    expect(good(points)).toHaveLength(99);
    expect(of.get('r37')).toMatchObject({ quality: 'bad', detail: 'exception 2: illegal data address' });
    expect(requests.length).toBeLessThan(20);
  });

  it('however many points that are has all the others read', async () => {
    const missing = (address: number, quantity: number) =>
      Array.from({ length: quantity }, (_, index) => address + index).some((each) => each % 4 === 0);
    const { test } = await deviceThat(({ address, quantity }) => (missing(address, quantity) ? 2 : 'answer'));
    const { points, given_up } = await test(deviceWith(run(100)));
    expect([good(points).length, given_up]).toEqual([75, undefined]);
    expect(points.filter(({ detail }) => detail === 'exception 2: illegal data address')).toHaveLength(25);
  });

  it('of an array has the other values of it read', async () => {
    const { test } = await deviceThat(({ address, quantity }) =>
      address <= 17 && address + quantity > 17 ? 2 : 'answer',
    );
    const { points, of } = await test(deviceWith([register(10, { code: 'zone', count: 20 })]));
    expect(good(points)).toHaveLength(19);
    expect(of.get('zone[7]')?.detail).toBe('exception 2: illegal data address');
    expect(of.get('zone[19]')).toMatchObject({ value: 1029, raw: ['0x0405'] });
  });

  it('because it is much at once has everything read', async () => {
    const { requests, test } = await deviceThat(({ quantity }) => (quantity > 25 ? 3 : 'answer'));
    expect(good((await test(deviceWith(run(100)))).points)).toHaveLength(100);
    expect(requests.length).toBeLessThan(12);
  });

  it('is not asked again for what a session has learned, but for each refused point by itself', async () => {
    const { requests, test } = await deviceThat(() => 'answer');
    const device = deviceWith(
      [...run(40).filter(({ address }) => address < 30 || address > 32), register(34, { code: 'again' })],
      { profile: { max_hole: 10 } },
    );
    const { points } = await test(device, {
      learned_limits: {
        max_registers: 12,
        excluded: [
          { table: 'holding_register', from: 5, to: 5, is_confirmed: true },
          { table: 'holding_register', from: 30, to: 32, is_confirmed: true },
        ],
      },
    });
    expect(good(points)).toHaveLength(38);
    expect(requests).toEqual(['0+5', '5+1', '6+12', '18+12', '33+7']);
  });
});

describe.concurrent('a device that is busy', () => {
  it('for a while is asked again until it gives its values', async () => {
    const { test } = await deviceThat(({ n }) => (n < 5 ? 6 : 'answer'));
    expect(good((await test(deviceWith(run(3)))).points)).toEqual(['r0', 'r1', 'r2']);
  });

  it('for ever says so, and how often it was asked', async () => {
    const { requests, test } = await deviceThat(({ address }) => (address === 10 ? 6 : 'answer'));
    const { points, of } = await test(deviceWith(apart(3)));
    expect(good(points)).toEqual(['r0', 'r20']);
    expect(of.get('r10')).toMatchObject({
      met_limit: 'busy_retries',
      detail: 'exception 6: server device busy, also after 2 retries (its busy_retries) (3 tries)',
    });
    expect(requests.filter((each) => each === '10+1')).toHaveLength(9);
  });
});

describe('points that no request can read', () => {
  it('say which limit of the configuration that is', async () => {
    const { test } = await deviceThat(() => 'answer');
    const text = register(50, { code: 'text', data_type: 'string', length: 20 });
    const { points, of } = await test(
      deviceWith([...run(2), text, register(80)], {
        max_registers: 10,
        profile: { excluded: [{ table: 'holding_register', from: 80, to: 80 }] },
      }),
    );
    expect(good(points)).toEqual(['r0', 'r1']);
    expect(of.get('text')).toMatchObject({
      met_limit: 'largest_block',
      detail: 'takes 20, and the largest block that is read of the device has 10 registers (max_registers)',
    });
    expect(of.get('r80')).toMatchObject({ met_limit: 'excluded_range' });
  });
});

describe.concurrent('a device that ends the connection instead of an answer', () => {
  it('to some blocks has all others read', async () => {
    const { test } = await deviceThat(({ address }) => (address < 20 ? 'end' : 'answer'));
    const { points, of, given_up } = await test(deviceWith(apart(6)));
    expect([good(points), given_up]).toEqual([['r20', 'r30', 'r40', 'r50'], undefined]);
    expect(of.get('r0')?.detail).toMatch(/\(3 tries\)$/);
  });
});
