import { describe, expect, it } from 'vitest';
import { parseAnswer, readSeries } from './influxql-answer.ts';

const rows = (count: number, from = 0) => Array.from({ length: count }, (_, index) => [from + index, 1]);
const series = (device: string, values: unknown[], partial?: true) => ({
  ...{ name: 'fed', tags: { device }, columns: ['time', 'value'], values },
  ...(partial && { partial }),
});
const part = (statement_id: number, of: readonly unknown[], partial?: true) => ({
  results: [{ statement_id, series: of, ...(partial && { partial }) }],
});
const readDocuments = (...documents: unknown[]) =>
  readSeries(parseAnswer(documents.map((each) => `${JSON.stringify(each)}\n`).join(''), JSON.parse));

describe('an InfluxQL answer', () => {
  it('in parts is put together: each statement, each series', () => {
    const answer = readDocuments(
      part(0, [series('a', rows(2), true)], true),
      part(0, [series('a', rows(2, 2), true)], true),
      part(0, [series('a', rows(1, 4)), series('b', rows(1))]),
      part(1, [series('a', rows(2))], true),
      part(1, [series('a', rows(2, 7))]),
    );
    const shape =
      answer.ok && answer.results.map((all) => all.map(({ tags, values }) => [tags.device, values]));
    expect(shape).toEqual([
      [
        ['a', rows(5)],
        ['b', rows(1)],
      ],
      [
        ['a', rows(2)],
        ['a', rows(2, 7)],
      ],
    ]);
  });

  it('that found nothing has no series', () => {
    expect(readDocuments({ results: [{ statement_id: 0 }, { statement_id: 1 }] })).toEqual({
      ok: true,
      results: [[], []],
    });
  });

  // The forms of InfluxDB 1.6.7 with a max-row-limit, when asked without `chunked`.
  it.each([
    ['below a part', { results: [{ statement_id: 0, series: [series('a', rows(5), true)] }] }],
    ['of one part', { results: [{ statement_id: 0, series: [series('a', rows(10_000), true)] }] }],
    ['of several', part(0, [series('a', rows(12_000), true)], true)],
  ])('of a server that knows no parts is refused when a limit has cut it, %s', (_, document) => {
    expect(readDocuments(document)).toMatchObject({
      ok: false,
      problem: { code: 'store.cut_short_problem' },
    });
  });

  it('of a server that knows no parts is whole where a series that was put together still says partial', () => {
    expect(readDocuments(part(0, [series('a', rows(25_000), true)]))).toMatchObject({ ok: true });
  });

  it('that lacks its last part is refused', () => {
    expect(readDocuments(part(0, [series('a', rows(10_000), true)], true))).toMatchObject({ ok: false });
    expect(readDocuments(part(0, [series('a', rows(3))], true))).toMatchObject({ ok: false });
  });

  it('that breaks off with an error says it', () => {
    const broken = { results: [{ statement_id: 0, error: 'timeout reached' }] };
    expect(readDocuments(part(0, [series('a', rows(3), true)], true), broken)).toEqual({
      ok: false,
      problem: { code: 'store.server_gave_reason', params: { reason: 'timeout reached' } },
    });
  });

  it.each([
    ['nothing', ''],
    ['another document', '{"status":"ok"}'],
    ['an array', '[]'],
    ['series that are none', '{"results":[{"series":[{"columns":["time"]}]}]}'],
    ['rows that are none', '{"results":[{"series":[{"columns":["time"],"values":[1]}]}]}'],
  ])('is no %s', (_, text) => {
    expect(readSeries(parseAnswer(text, JSON.parse))).toMatchObject({ ok: false });
  });
});
