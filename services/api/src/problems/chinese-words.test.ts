import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openInfluxSampleStore } from '@holdfast/sample-store/influx/influx-sample-store.ts';
import { LogUnreadable } from '@holdfast/shared/sessions/handle-command.ts';
import { inEachLanguage, quoted } from '@holdfast/texts/text.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { storeProblem } from '../http/store-problems.ts';

describe('what is said in Chinese', () => {
  it('has no English within where an event cannot be read, but the name of its subject', () => {
    const error = new LogUnreadable('events.session.7.lifecycle', 'sequence 12: not a CloudEvent');
    const { en, zh } = inEachLanguage(storeProblem(error)?.detail ?? quoted(''));
    expect(en).toContain(
      'an event of events.session.7.lifecycle cannot be read: sequence 12: not a CloudEvent',
    );
    // What the decoder says is quoted.
    expect(zh).toContain('“sequence 12: not a CloudEvent”');
    expect(zh.replace(/“.*”/, '').match(/[a-z][\w.]+/gi)).toEqual(['events.session.7.lifecycle']);
  });

  it('has no English in a refused question to the database of samples, but what it said itself', async () => {
    const answers = [
      { status: 400, body: '{"error":"no such function"}' },
      { status: 200, body: '{"results":[{"statement_id":0,"error":"timeout reached"}]}' },
      { status: 200, body: '{}' },
    ];
    const influx = createServer((_, response) => {
      const { status, body } = answers.shift() ?? { status: 500, body: '' };
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await once(influx.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void influx.close());
    const url = `http://127.0.0.1:${(influx.address() as AddressInfo).port}`;
    const store = openInfluxSampleStore({ url, org: 'holdfast', bucket: 'plant' });
    const question = { pointCode: 'zone', start: new Date(0), end: new Date(1e9), limit: 1 };
    const detailOf = async (answer: Promise<unknown>) => {
      const error = await answer.catch((refused: unknown) => refused);
      const detail = storeProblem(error)?.detail;
      return detail && inEachLanguage(detail);
    };
    expect(await detailOf(store.history(question))).toEqual({
      en: 'InfluxDB 400: no such function',
      zh: 'InfluxDB 给出的原因为“no such function”',
    });
    expect(await detailOf(store.history(question))).toEqual({
      en: 'InfluxDB: timeout reached',
      zh: 'InfluxDB 给出的原因为“timeout reached”',
    });
    expect(await detailOf(store.history(question))).toEqual({
      en: 'InfluxDB: not an InfluxQL answer',
      zh: 'InfluxDB 返回的不是 InfluxQL 结果',
    });
    expect(await detailOf(store.aggregate({ ...question, intervalMs: 1, utcOffsetMs: 0 }))).toEqual({
      en: '1000000000 intervals are too many (100000 at most): ask for less time or longer intervals',
      zh: '时段共 1000000000 个，超过上限 100000 个：请取更短的时间，或更长的间隔',
    });
  });
});
