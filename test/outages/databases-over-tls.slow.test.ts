import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { startApi } from '../../services/api/testing/api-under-test.ts';
import {
  backlogOf,
  connectTo,
  firstTimeMs,
  publishSamples,
  sampleOf,
  sinkStatusThat,
  startWriter,
  untilAllAcked,
  untilLogged,
} from '../../services/writer/testing/writer-under-test.ts';
import {
  type CertificatesForTest,
  certificatesForTest,
  opensslIsInstalled,
} from '../support/certificates-for-test.ts';
import { eventually } from '../support/eventually.ts';
import { freshDatabase } from '../support/fresh-database.ts';
import { influxForTest, influxIsInstalled } from '../support/influx-for-test.ts';
import { natsForTest } from '../support/nats-for-test.ts';
import { answerOf } from '../support/until-answering.ts';
import { victoriaMetricsForTest, victoriaMetricsIsInstalled } from '../support/victoria-metrics-for-test.ts';

const isBelieved = (files: CertificatesForTest) => ({ INFLUX_TLS_CA_FILE: files.ca });
const isNot = (files: CertificatesForTest) => ({ INFLUX_TLS_CA_FILE: files.otherCa });

describe.skipIf(!opensslIsInstalled() || !victoriaMetricsIsInstalled())(
  'a database of samples (VictoriaMetrics) that speaks TLS only',
  () => {
    it('gets nothing while it is not believed, which costs nothing, and all once its authority is named', async () => {
      const samples = Array.from({ length: 120 }, (_, tick) => sampleOf({ tick }));
      const files = await certificatesForTest();
      const metrics = await victoriaMetricsForTest(files);
      const settings = {
        ...{ SAMPLE_STORE: 'influx', INFLUX_URL: metrics.url, DATABASE_URL: await freshDatabase() },
      };
      const nats = await natsForTest();
      const connection = await connectTo(nats);
      const distrustful = await startWriter(nats, { ...settings, ...isNot(files) });
      await untilLogged(distrustful, 'writing samples');
      await publishSamples(connection, samples);
      await untilLogged(distrustful, 'INFLUX_TLS_CA_FILE');
      const logLine = distrustful.lastLines(200).find((line) => line.includes('INFLUX_TLS_CA_FILE')) ?? '';
      expect(JSON.parse(logLine)).toMatchObject({
        level: 'error',
        msg: expect.stringContaining('the database cannot be used'),
      });
      // It names the file, the server, and what to do.
      for (const part of [files.otherCa, new URL(metrics.url).host, 'put the one there that has']) {
        expect(logLine).toContain(part);
      }
      const status = await sinkStatusThat(connection, 'writing fails', (each) => each.failed_writes > 1);
      expect(status).toMatchObject({ reachable: false, samples_written: 0 });
      expect(status.last_error?.message).toMatch(/certificate/);
      expect(await backlogOf(connection)).toBe(samples.length);
      await distrustful.stop();

      await startWriter(nats, { ...settings, ...isBelieved(files) });
      await untilAllAcked(connection);
      await metrics.flush();
      const query = new URLSearchParams({
        query: 'sum(count_over_time({__name__="press-1_temperature"}[10m]))',
        time: String((firstTimeMs + samples.length * 1_000) / 1_000),
      });
      const { text } = await answerOf(`${metrics.url}/api/v1/query?${query}`, {
        ca: await readFile(files.ca),
      });
      expect(JSON.parse(text).data.result[0]?.value[1]).toBe(String(samples.length));
    });
  },
);

describe.skipIf(!opensslIsInstalled() || !influxIsInstalled())('an InfluxDB that speaks TLS only', () => {
  it('is asked for history by who knows its authority; others say that they cannot, and what to do', async () => {
    const files = await certificatesForTest();
    const ca = await readFile(files.ca);
    const influx = await influxForTest(files);
    await influx.createDatabase('plant');
    const lines = [0, 1, 2].map(
      (tick) => `press-1,device=press-1 temperature=${20 + tick} ${firstTimeMs + tick}`,
    );
    const write = { ca, method: 'POST', body: lines.join('\n') };
    expect(await answerOf(`${influx.url}/write?db=plant&precision=ms`, write)).toMatchObject({ status: 204 });

    const database = await freshDatabase();
    const { url: nats } = await natsForTest();
    const store = { SAMPLE_STORE: 'influx', INFLUX_URL: influx.url, INFLUX_BUCKET: 'plant' };
    const start = (env: object) => startApi({ nats, database, env: { ...store, ...env } });
    const apis = await Promise.all([
      start(isBelieved(files)),
      start({ NODE_EXTRA_CA_CERTS: files.ca }),
      start(isNot(files)),
      start({}),
    ]);
    await Promise.all(apis.map((api) => api.ready()));
    const [believing, believingAsNode, doubting, unknowing] = apis;
    const path = `/api/acquisition/sessions/point-history/?${new URLSearchParams({
      ...{ point_code: 'temperature', start_time: new Date(firstTimeMs).toISOString(), limit: '1000' },
      end_time: new Date(firstTimeMs + 3_600_000).toISOString(),
    })}`;
    for (const api of [believing, believingAsNode]) {
      const { body } = await api.get(path);
      expect(body.results.map(({ value }: { value: unknown }) => value)).toEqual([20, 21, 22]);
    }
    const { host } = new URL(influx.url);
    for (const [api, ...parts] of [
      [doubting, host, files.otherCa, 'put the one there that has'],
      [unknowing, host, 'INFLUX_TLS_CA_FILE has to name the file of the authority'],
    ] as const) {
      expect(await api.get(path)).toMatchObject({
        status: 503,
        body: { code: 'sample_store_unavailable' },
      });
      const logLines = await eventually(
        async () => api.process.lastLines(200).find((line) => line.includes('INFLUX_TLS_CA_FILE')),
        { what: 'the API to have said what to do' },
      );
      for (const part of parts) expect(logLines).toContain(part);
    }
  });
});
