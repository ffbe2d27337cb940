import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { freePort } from '@holdfast/dev/free-port.ts';
import { eventually } from '@holdfast/test/support/eventually.ts';
import {
  type InfluxForTest,
  influxForTest,
  influxIsInstalled,
} from '@holdfast/test/support/influx-for-test.ts';
import { type InfluxTwoFront, startInfluxTwoFront } from '@holdfast/test/support/influx-two-front.ts';
import {
  type VictoriaMetricsForTest,
  victoriaMetricsForTest,
  victoriaMetricsIsInstalled,
} from '@holdfast/test/support/victoria-metrics-for-test.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { SampleStore } from '../sample-store.ts';
import { describeSampleStoreContract } from '../testing/sample-store-contract.ts';
import { firstTimeMs, storableSample } from '../testing/storable-sample.ts';
import { openInfluxSampleStore } from './influx-sample-store.ts';

const range = { start: new Date(firstTimeMs), end: new Date(firstTimeMs + 3_600_000), limit: 100 };

/** Writes 25,000 values of one device, one a second, which make three parts of an answer; and three of another device. */
async function valuesIn({ url, createDatabase }: InfluxForTest) {
  await createDatabase('plant');
  const lines = Array.from({ length: 25_000 }, (_, second) => {
    return `fed,device=f speed=${second} ${firstTimeMs + second * 1_000}`;
  });
  const others = lines.slice(0, 3).map((line) => line.replace(/device=f speed=\d+/, 'device=g speed=0.5'));
  const body = [...lines, ...others].join('\n');
  const response = await fetch(`${url}/write?db=plant&precision=ms`, { method: 'POST', body });
  expect(response.status).toBe(204);
  const end = new Date(firstTimeMs + 25_000_000);
  return {
    of: openInfluxSampleStore({ url, org: 'holdfast', bucket: 'plant', timeoutMs: 120_000 }),
    statements: { start: new Date(firstTimeMs), end, limit: 50_000, pointCode: 'speed' },
  };
}

describe.skipIf(!influxIsInstalled())('on a real InfluxDB', () => {
  let influxUrl: string;
  let front: InfluxTwoFront;
  beforeAll(async () => {
    const influx = await influxForTest();
    await influx.createDatabase('contract');
    await influx.createDatabase('packed');
    await influx.createDatabase('predecessor');
    await influx.createDatabase('plant');
    influxUrl = influx.url;
    front = await startInfluxTwoFront(influxUrl);
  });
  afterAll(() => front.stop());

  describeSampleStoreContract('InfluxDB', async () =>
    openInfluxSampleStore({ url: front.url, org: 'holdfast', bucket: 'contract', token: 'any' }),
  );

  describeSampleStoreContract('InfluxDB, packed', async () =>
    openInfluxSampleStore({ url: front.url, org: 'holdfast', bucket: 'packed', gzip: true }),
  );

  describeSampleStoreContract('InfluxDB, as the Django system wrote', async () =>
    openInfluxSampleStore({ url: front.url, org: 'holdfast', bucket: 'predecessor', layout: 'predecessor' }),
  );

  describe('InfluxDB in its own right', () => {
    let store: SampleStore;
    beforeAll(() => {
      store = openInfluxSampleStore({ url: front.url, org: 'holdfast', bucket: 'plant' });
    });
    afterAll(() => store.close());

    it('reads what another program wrote by line protocol', async () => {
      const response = await fetch(`${influxUrl}/write?db=plant&precision=ms`, {
        method: 'POST',
        body: `fed,site=north,device=fed-1 speed=1.5 ${firstTimeMs}\nfed,device=fed-2 speed=2 ${firstTimeMs}`,
      });
      expect(response.status).toBe(204);
      const devices = ['fed-1', 'fed-2'].map((deviceCode) => ({ deviceCode, measurement: 'fed' }));
      const points = await store.history({ ...range, pointCode: 'speed', devices });
      expect(points.map(({ device, value }) => [device, value])).toEqual([
        ['fed-1', 1.5],
        ['fed-2', 2],
      ]);
    });

    it('passes on why the server rejected a value of another type', async () => {
      await store.write([storableSample({ device: 'typed', values: { state: 1 } })]);
      const outcome = await store.write([
        storableSample({ device: 'typed', tick: 1, values: { state: 'on' } }),
      ]);
      expect(outcome).toMatchObject({
        kind: 'rejected',
        reason: expect.stringContaining('field type conflict'),
      });
    });

    describe('a value whose kind is another than before', () => {
      const codes = Array.from({ length: 22 }, (_, index) => `point-${index}`);
      const numbers = Object.fromEntries(codes.map((code, index) => [code, index]));
      const changed = (device: string, tick: number) =>
        storableSample({ device, tick, values: { ...numbers, 'point-7': true } });
      const ofPoint = (device: string, pointCode: string) =>
        store
          .history({ ...range, pointCode, devices: [{ deviceCode: device, measurement: device }] })
          .then((points) => points.map(({ value }) => value));

      it('is refused alone: the other 21 of its tick are stored', async () => {
        await store.write([storableSample({ device: 'conflict', values: numbers })]);
        const sample = changed('conflict', 1);
        expect(await store.write([sample])).toEqual({
          kind: 'written',
          refused: [
            { sample, codes: ['point-7'], reason: expect.stringMatching(/^point-7: .*field type conflict/) },
          ],
        });
        expect(await ofPoint('conflict', 'point-7')).toEqual([7]);
        for (const code of codes) {
          if (code !== 'point-7') expect(await ofPoint('conflict', code)).toHaveLength(2);
        }
      });

      it('costs no further request in the ticks that follow, also among samples of others', async () => {
        await store.write([storableSample({ device: 'steady', values: numbers })]);
        await store.write([changed('steady', 1)]);
        const before = front.writeCount;
        const samples = [2, 3].map((tick) => changed('steady', tick));
        const outcome = await store.write([storableSample({ device: 'other' }), ...samples]);
        expect(outcome).toMatchObject({
          kind: 'written',
          refused: samples.map((sample) => ({ sample, codes: ['point-7'] })),
        });
        expect(front.writeCount - before).toBe(1);
        expect(await ofPoint('steady', 'point-8')).toHaveLength(4);
        // Another kind of value, or another hour, is not affected.
        expect(await store.write([storableSample({ device: 'steady', tick: 4, values: numbers })])).toEqual({
          kind: 'written',
        });
      });

      it('is all of a sample that has no other: nothing of that is stored', async () => {
        await store.write([storableSample({ device: 'lone', values: { run: 1 } })]);
        const lone = (tick: number) => storableSample({ device: 'lone', tick, values: { run: true } });
        expect(await store.write([lone(1)])).toEqual({
          kind: 'rejected',
          reason: expect.stringContaining('field type conflict'),
        });
        expect(await ofPoint('lone', 'run')).toEqual([1]);
      });

      it('is found where a server that is full of such lines names one of them only', async () => {
        await store.write([storableSample({ device: 'several', values: numbers })]);
        const texts = { 'point-1': 'a', 'point-2': 'b', 'point-21': 'c', 'point-20': true };
        const sample = storableSample({ device: 'several', tick: 1, values: { ...numbers, ...texts } });
        expect(await store.write([sample])).toMatchObject({
          kind: 'written',
          refused: [{ codes: ['point-1', 'point-2', 'point-20', 'point-21'] }],
        });
        expect(await ofPoint('several', 'point-19')).toHaveLength(2);
      });

      it('is believed to be of one kind only where the server says so: other values of its point are tried again', async () => {
        front.script((lines) =>
          / (.*,)?point-3=13[ ,]/.test(lines)
            ? { status: 422, body: '{"code":"x","message":"unlucky"}' }
            : undefined,
        );
        const ofTick = (tick: number) =>
          storableSample({ device: 'unlucky', tick, values: { ...numbers, 'point-3': 10 + tick } });
        expect(await store.write([ofTick(3)])).toMatchObject({ refused: [{ codes: ['point-3'] }] });
        expect(await store.write([ofTick(4)])).toEqual({ kind: 'written' });
        front.passOn();
        expect(await ofPoint('unlucky', 'point-3')).toEqual([14]);
        expect(await ofPoint('unlucky', 'point-4')).toHaveLength(2);
      });

      it('costs three requests where all are refused for the same, as a time that the bucket does not keep', async () => {
        front.answerWrites({ status: 422, body: '{"code":"x","message":"beyond retention policy"}' });
        const before = front.writeCount;
        expect(await store.write([storableSample({ device: 'old', values: numbers })])).toEqual({
          kind: 'rejected',
          reason: 'InfluxDB 422: beyond retention policy',
        });
        expect(front.writeCount - before).toBe(3);
        front.passOn();
      });

      it('that is only too long to be sent with others is stored with them, in parts', async () => {
        front.script((lines) => {
          const fields = lines.split(' ')[1]?.split(',').length ?? 0;
          return fields > 3
            ? { status: 413, body: '{"code":"request too large","message":"too large"}' }
            : undefined;
        });
        const sample = storableSample({ device: 'long', values: numbers });
        expect(await store.write([sample])).toEqual({ kind: 'written' });
        front.passOn();
        for (const code of codes) expect(await ofPoint('long', code)).toHaveLength(1);
      });
    });

    it.each([
      ['a measurement that would be a comment', storableSample({ measurement: '#1' })],
      ['a device that ends with a backslash', storableSample({ device: 'press\\' })],
      ['a point that ends with a backslash', storableSample({ values: { 'level\\': 1 } })],
      ['a line break in a name', storableSample({ site: 'north\nsouth' })],
    ])('rejects %s, which line protocol cannot say', async (_, poison) => {
      expect(await store.write([poison])).toMatchObject({ kind: 'rejected' });
    });

    it.each([401, 403, 404, 429, 500, 503])('says unavailable when the server answers %i', async (status) => {
      front.answerWrites({ status, body: '{"code":"some","message":"why it cannot"}' });
      await expect(store.write([storableSample()])).rejects.toMatchObject({
        name: 'SampleStoreUnavailable',
        code: String(status),
        message: expect.stringContaining('why it cannot'),
      });
      front.passOn();
    });

    it('says that the server at the address is none that takes what InfluxDB 2 does', async () => {
      const older = openInfluxSampleStore({ url: influxUrl, org: 'holdfast', bucket: 'plant' });
      await expect(older.write([storableSample()])).rejects.toMatchObject({
        name: 'SampleStoreUnavailable',
        code: '404',
        message: `cannot write samples: InfluxDB answered 404: there is no InfluxDB 2 at ${new URL(influxUrl).host}. InfluxDB 1.x answers from 1.8 on; else look at INFLUX_URL`,
      });
    });

    it('says what an InfluxDB 1.8 does not have, in its own words', async () => {
      front.answerWrites({ status: 404, body: '{"error":"database not found: \\"plant\\""}' });
      await expect(store.write([storableSample()])).rejects.toMatchObject({
        name: 'SampleStoreUnavailable',
        message: 'cannot write samples: InfluxDB answered 404 database not found: "plant"',
      });
      front.passOn();
    });

    it.each([400, 413, 422])('says rejected when the server answers %i', async (status) => {
      front.answerWrites({ status, body: '{"code":"invalid","message":"what is wrong"}' });
      expect(await store.write([storableSample({ device: `answered ${status}` })])).toEqual({
        kind: 'rejected',
        reason: `InfluxDB ${status}: what is wrong`,
      });
      front.passOn();
    });

    it.each([0, 5, 10_000, 12_000])(
      'gives every value of several parts, whose newest device comes first, with a max-row-limit of %i',
      async (max) => {
        const limited = await influxForTest(undefined, { INFLUXDB_HTTP_MAX_ROW_LIMIT: String(max) });
        const { of, statements } = await valuesIn(limited);
        const seconds = Array.from({ length: 25_000 }, (_, second) => second);
        const times = (points: readonly { time: Date; device: string }[], device: string) =>
          points.filter((one) => one.device === device).map(({ time }) => (+time - firstTimeMs) / 1_000);
        const columns = {
          ...statements,
          devices: ['f', 'g'].map((code) => ({ deviceCode: code, measurement: 'fed' })),
        };
        for (const question of [statements, columns]) {
          const points = await of.history(question);
          expect(times(points, 'f')).toEqual(seconds);
          expect(times(points, 'g')).toEqual(seconds.slice(0, 3));
          expect(points.filter(({ device }) => device === 'f').map(({ value }) => value)).toEqual(seconds);
          const buckets = await of.aggregate({ ...question, intervalMs: 1_000 });
          expect(times(buckets, 'f')).toEqual(seconds);
          expect(buckets.find(({ device }) => device === 'g')).toMatchObject({ count: 1, last: 0.5 });
        }
        expect(await of.history({ ...statements, limit: 11_000 })).toHaveLength(11_000);
      },
    );

    it('says unavailable when no answer comes, and does not try again by itself', async () => {
      const impatient = openInfluxSampleStore({
        ...{ url: front.url, org: 'holdfast', bucket: 'plant', timeoutMs: 1_000 },
      });
      onTestFinished(() => impatient.close());
      const before = front.writeCount;
      front.answerWrites('nothing');
      const write = impatient.write([storableSample()]);
      await expect(write).rejects.toMatchObject({ name: 'SampleStoreUnavailable' });
      front.passOn();
      expect(front.writeCount).toBe(before + 1);
    });

    it('cancels a query whose caller has gone, and sends none after that', async () => {
      const connections: Socket[] = [];
      const silent = createServer(
        (socket) => void connections.push(socket.on('error', () => undefined).resume()),
      );
      await once(silent.listen(0, '127.0.0.1'), 'listening');
      onTestFinished(() => void silent.close());
      const { port } = silent.address() as AddressInfo;
      const opening = openInfluxSampleStore({
        url: `http://127.0.0.1:${port}`,
        ...{ org: 'holdfast', bucket: 'plant', timeoutMs: 600_000 },
      });
      for (const ask of [
        (signal: AbortSignal) => opening.history({ ...range, pointCode: 'a', signal }),
        (signal: AbortSignal) => opening.aggregate({ ...range, pointCode: 'a', intervalMs: 60_000, signal }),
      ]) {
        connections.length = 0;
        const unwanted = new AbortController();
        const answer = ask(unwanted.signal);
        answer.catch(() => undefined);
        const connection = await eventually(() => connections[0], { what: 'the question' });
        const why = new Error('the page was closed');
        unwanted.abort(why);
        await expect(answer).rejects.toBe(why);
        await eventually(() => connection.closed, { what: 'the connection to be closed' });
        await expect(ask(unwanted.signal)).rejects.toBe(why);
        expect(connections).toHaveLength(1);
      }
      // A reader who does not give up is not affected.
      const { signal } = new AbortController();
      await store.write([storableSample({ device: 'wanted' })]);
      const devices = [{ deviceCode: 'wanted', measurement: 'wanted' }];
      expect(await store.history({ ...range, devices, pointCode: 'temperature', signal })).toHaveLength(1);
    });

    it('refuses an answer that is too long to be read, and waits for no more of it', async () => {
      const connections: Socket[] = [];
      const talkative = createHttpServer((_, response) => {
        connections.push(response.socket as Socket);
        const parts = Readable.from(
          Array.from({ length: 33 }, () => Buffer.alloc(2 ** 20, '{"results":[{"statement_id":0}]}')),
        );
        // This answer never ends.
        parts.pipe(response.writeHead(200, { 'content-type': 'application/json' }), { end: false });
      });
      await once(talkative.listen(0, '127.0.0.1'), 'listening');
      onTestFinished(() => void talkative.close());
      const { port } = talkative.address() as AddressInfo;
      const opening = openInfluxSampleStore({
        ...{ url: `http://127.0.0.1:${port}`, org: 'holdfast', bucket: 'plant', timeoutMs: 20_000 },
      });
      const answer = opening.history({ ...range, pointCode: 'a' });
      await expect(answer).rejects.toMatchObject({
        ...{
          name: 'HistoryQueryRefused',
          message: expect.stringContaining('longer than 32 MiB: name a device'),
          detail: { code: 'store.influxdb_its_answer_is_longer_than', params: { answerMibAtMost: 32 } },
        },
      });
      await eventually(() => connections[0]?.closed, { what: 'the connection to be closed' });
    });

    it('says unavailable when nothing listens', async () => {
      const url = `http://127.0.0.1:${await freePort()}`;
      const away = openInfluxSampleStore({ url, org: 'holdfast', bucket: 'plant' });
      await expect(away.write([storableSample()])).rejects.toMatchObject({
        name: 'SampleStoreUnavailable',
        code: 'ECONNREFUSED',
      });
      await expect(away.history({ ...range, pointCode: 'temperature' })).rejects.toMatchObject({
        name: 'SampleStoreUnavailable',
        code: 'ECONNREFUSED',
      });
      expect(await away.reachable()).toBe(false);
    });
  });
});

describe.skipIf(!victoriaMetricsIsInstalled())('on a real VictoriaMetrics', () => {
  let victoria: VictoriaMetricsForTest;
  let store: SampleStore;
  beforeAll(async () => {
    victoria = await victoriaMetricsForTest();
    store = openInfluxSampleStore({ url: victoria.url, org: 'holdfast', bucket: 'plant', token: 'any' });
  });
  afterAll(() => store.close());

  it('stores the numbers that were written, under the names that were given', async () => {
    expect(await store.reachable()).toBe(true);
    const samples = [0, 1, 2].map((tick) =>
      storableSample({
        site: '北 厂, A=1',
        device: '海天注塑机 "1"',
        measurement: '注塑机 1,2',
        tick,
        values: { 温度: 20 + tick / 4, running: tick > 0, 'screw pos=x': -tick, state: 'auto' },
      }),
    );
    expect(await store.write(samples)).toEqual({ kind: 'written' });
    const series = await eventually(() => exported(4), { what: 'four series' });
    const labels = { site: '北 厂, A=1', device: '海天注塑机 "1"' };
    const timestamps = samples.map((sample) => sample.time);
    expect(series).toEqual([
      { metric: { __name__: '注塑机 1,2_running', ...labels }, values: [0, 1, 1], timestamps },
      { metric: { __name__: '注塑机 1,2_screw pos=x', ...labels }, values: [0, -1, -2], timestamps },
      // VictoriaMetrics keeps only numbers; a text becomes 0.
      { metric: { __name__: '注塑机 1,2_state', ...labels }, values: [0, 0, 0], timestamps },
      { metric: { __name__: '注塑机 1,2_温度', ...labels }, values: [20, 20.25, 20.5], timestamps },
    ]);
  });

  async function exported(count: number): Promise<{ metric: { __name__: string } }[] | undefined> {
    await victoria.flush();
    const response = await fetch(`${victoria.url}/api/v1/export`, {
      method: 'POST',
      body: new URLSearchParams({ 'match[]': '{__name__!=""}', reduce_mem_usage: '0' }),
    });
    const lines = (await response.text()).split('\n').filter((line) => line !== '');
    if (lines.length < count) return undefined;
    const series = lines.map((line) => JSON.parse(line) as { metric: { __name__: string } });
    return series.sort((a, b) => (a.metric.__name__ < b.metric.__name__ ? -1 : 1));
  }
});
