import { cleanUpAfterFile } from '@holdfast/test/support/cleanup.ts';
import { influxForTest, influxIsInstalled } from '@holdfast/test/support/influx-for-test.ts';
import { type InfluxTwoFront, startInfluxTwoFront } from '@holdfast/test/support/influx-two-front.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { homeOfStack, ready, sampleSince, start } from './testing/stack-under-test.ts';

describe.skipIf(!influxIsInstalled())('npm start with SAMPLE_STORE=influx', () => {
  let influxUrl: string;
  let front: InfluxTwoFront;
  let settings: Record<string, string>;
  beforeAll(async () => {
    const influx = await influxForTest();
    await influx.createDatabase('plant');
    influxUrl = influx.url;
    front = await startInfluxTwoFront(influx.url);
    cleanUpAfterFile(() => front.stop());
    settings = {
      SAMPLE_STORE: 'influx',
      INFLUX_URL: front.url,
      INFLUX_ORG: 'works',
      INFLUX_BUCKET: 'plant',
      INFLUX_TOKEN: 'secret-token',
    };
  });

  // The messages are those of InfluxDB 2.8.0.
  it.each([
    [
      'token',
      401,
      '{"code":"unauthorized","message":"unauthorized access"}',
      /unauthorized access\. INFLUX_TOKEN is not one of its/,
    ],
    [
      'organisation',
      404,
      '{"code":"not found","message":"organization name \\"works\\" not found"}',
      /"works" not found\. INFLUX_ORG is works/,
    ],
    [
      'bucket',
      404,
      '{"code":"not found","message":"bucket \\"plant\\" not found"}',
      /"plant" not found\. INFLUX_ORG is works.*influx bucket create --org works --name plant/,
    ],
  ])('says at once what is wrong with its %s, and what to do', async (_what, status, body, message) => {
    front.answerWrites({ status, body });
    const stack = await start(await homeOfStack(), settings);
    expect((await stack.exited).code).toBe(1);
    const lines = stack.lastLines(20).join('\n');
    expect(lines).toMatch(message);
    expect(lines).not.toContain('secret-token');
    front.passOn();
  });

  it('says so when there is no address, and when nothing listens', async () => {
    for (const [env, message] of [
      [{ ...settings, INFLUX_URL: '' }, 'INFLUX_URL: is needed with SAMPLE_STORE=influx'],
      [{ ...settings, INFLUX_URL: 'http://127.0.0.1:1' }, 'ECONNREFUSED 127.0.0.1:1. Is InfluxDB up'],
    ] as const) {
      const stack = await start(await homeOfStack(), env);
      expect((await stack.exited).code).toBe(1);
      expect(stack.lastLines(20).join('\n')).toContain(message);
    }
  });

  it('writes them as the Django system did, where that is wanted', async () => {
    const since = new Date();
    const stack = await start(await homeOfStack(), { ...settings, INFLUX_LAYOUT: 'predecessor' });
    await sampleSince(await ready(stack), since);
    const query = async (q: string) =>
      (await fetch(`${influxUrl}/query?${new URLSearchParams({ db: 'plant', q })}`)).text();
    expect(JSON.parse(await query('SHOW TAG KEYS FROM "imm-1"')).results[0].series[0].values.flat()).toEqual([
      ...['cn_name', 'device', 'point', 'quality', 'site', 'unit'],
    ]);
    const point = 'barrel_zone_1_temperature';
    const answer = await query(
      `SELECT COUNT("${point}") FROM "imm-1" WHERE "point" = '${point}' AND "quality" = 'good' GROUP BY "cn_name", "unit", "site"`,
    );
    expect(JSON.parse(answer).results[0].series).toMatchObject([
      { tags: { cn_name: '料筒1区温度 Barrel zone 1 temperature', unit: '°C', site: 'demo' } },
    ]);
    expect(await stack.stop({ graceMs: 60_000 })).toEqual({ code: 0, signal: null });
  });

  it('writes values there and reads them from there', async () => {
    const since = new Date();
    const stack = await start(await homeOfStack(), settings);
    await sampleSince(await ready(stack), since);
    const parameters = new URLSearchParams({ db: 'plant', q: 'SHOW MEASUREMENTS' });
    const measurements = await (await fetch(`${influxUrl}/query?${parameters}`)).text();
    expect(measurements).toContain('imm-1');
    expect(await stack.stop({ graceMs: 60_000 })).toEqual({ code: 0, signal: null });
  });
});
