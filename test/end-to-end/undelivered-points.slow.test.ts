import { type AddressInfo, createServer } from 'node:net';
import type { CompletenessView } from '@holdfast/shared/contracts/http/accounting-http.ts';
import type { Sample } from '@holdfast/shared/contracts/sample/sample.ts';
import { expect, it } from 'vitest';
import { cliForTest } from '../cli/cli-for-test.ts';
import { cleanUpAfterFile } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';
import { configureDevice, countPoint } from '../support/over-rest.ts';
import { systemForTest } from '../support/system-for-test.ts';

const periodMs = 250;
const slowMs = 2_000;
const refused = 100;
const mute = 200;

/** A Modbus device that answers reads of single registers with their addresses, refuses one register and is silent about another. */
async function deviceForTest(): Promise<{ host: string; port: number }> {
  const server = createServer((socket) => {
    let rest = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      for (; rest.length >= 12; rest = rest.subarray(12)) {
        const address = rest.readUInt16BE(8);
        const quantity = rest.readUInt16BE(10);
        const has = (register: number) => address <= register && register < address + quantity;
        if (has(mute)) continue;
        const head = [...rest.subarray(0, 4), 0];
        const words = Array.from({ length: quantity }, (_, index) => [0, (address + index) & 0xff]).flat();
        const body = has(refused) ? [1, 0x83, 2] : [1, 3, words.length, ...words];
        socket.write(Buffer.from([...head, body.length, ...body]));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUpAfterFile(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

it('points that never deliver are told by cause from what is recorded, also when their collector was killed', async () => {
  const fleet = await systemForTest([]);
  const { rest } = fleet;
  const place = { ...(await deviceForTest()), unit_id: 1, timeout_ms: 200 };
  // Each point is a request of its own: they lie far apart.
  const device = await configureDevice(rest, { code: 'boiler', ...place }, [
    { ...countPoint, code: 'alive' },
    { ...countPoint, code: 'slow', address: 50, period_ms: slowMs },
    { ...countPoint, code: 'refused', address: refused },
    { ...countPoint, code: 'mute', address: mute },
  ]);
  const { sessionId, path } = await fleet.task({
    ...{ code: 'heating', period_ms: periodMs, device_ids: [device.id] },
  });
  const isStored = ({ values, miss }: Sample) => values !== undefined || miss === undefined;
  const storedOf = async () => (await fleet.log.samples()).filter(isStored);
  await eventually(async () => (await storedOf()).length >= 20, {
    what: 'some ticks of the first collector',
  });
  await fleet.process('collector').kill();
  const before = (await storedOf()).length;
  await fleet.collector('c2');
  await eventually(async () => (await storedOf()).length >= before + 20, { what: 'some of the second one' });

  const cli = cliForTest({ HOLDFAST_URL: rest.url });
  await eventually(
    async () => {
      const { code, stdout } = await cli.run('check-recovery', '--devices');
      return code === 1 && stdout.includes('never delivered: heating/boiler/mute, heating/boiler/refused');
    },
    { what: 'a warning of both points' },
  );
  await rest.create(`${path}/stop/`, {});
  await fleet.letGo();
  await fleet.written();

  const answer = await rest.get(`${path}/completeness/?to=now&device=boiler`);
  const body: CompletenessView = answer.body;
  const [account] = body.devices;
  const samples = await storedOf();
  const ticksWith = (code: string) =>
    samples.filter(({ values = {} }) => code in values).map(({ tick }) => tick);
  const periodsWith = (code: string) =>
    new Set(ticksWith(code).map((tick) => Math.floor((tick * periodMs) / slowMs)));
  expect(account?.stored).toBe(samples.length);
  expect(ticksWith('refused').length + ticksWith('mute').length).toBe(0);
  const delivered = ticksWith('alive').length + periodsWith('slow').size;
  expect(body.values).toMatchObject({ delivered });
  const { expected = 0, by_cause: byCause = {} } = body.values ?? {};
  expect(Object.values(byCause).reduce((sum, values) => sum + values, delivered)).toBe(expected);
  // Three fast points have one value a tick; the slow point has one for each of its periods that begins in a tick.
  const slow = expected - 3 * (account?.expected ?? 0);
  expect(slow).toBeGreaterThanOrEqual(periodsWith('slow').size);

  // A stall of this machine gives a tick another cause, which its list names.
  const lists = new Map(
    samples.flatMap(({ lacking = [] }) =>
      lacking.flatMap(({ set, points }) => (points ? [[set, points] as const] : [])),
    ),
  );
  const causesOf = (code: string) =>
    samples.map(
      ({ lacking = [] }) =>
        lacking.flatMap(({ set }) => lists.get(set) ?? []).find(({ codes }) => codes.includes(code))?.cause ??
        'is not lacked',
    );
  const points = new Map(account?.points?.map(({ point: code, ...counts }) => [code, counts]));
  for (const [code, cause] of [
    ['refused', 'exception'],
    ['mute', 'timeout'],
  ] as const) {
    const counted = { ...body.missing_by_cause } as Record<string, number>;
    for (const each of causesOf(code)) counted[each] = (counted[each] ?? 0) + 1;
    expect(causesOf(code)).toContain(cause);
    const { by_cause: causes = {}, ...counts } = points.get(code) ?? {};
    expect(counts).toEqual({ expected: account?.expected, delivered: 0 });
    expect(causes).toEqual(counted);
  }
  const since = new Date(samples[0]?.time ?? 0).getTime();
  expect(body.never_delivered.map(({ device: of, point: code, cause }) => [of, code, cause]).sort()).toEqual([
    ['boiler', 'mute', causesOf('mute').at(-1)],
    ['boiler', 'refused', causesOf('refused').at(-1)],
  ]);
  for (const never of body.never_delivered) expect(Date.parse(never.since)).toBeLessThanOrEqual(since);
  const all = await rest.get('/api/acquisition/completeness/?from=-1h&to=now');
  expect(all.body.results).toMatchObject([
    { session_id: sessionId, values: body.values, never_delivered: 2 },
  ]);
});
