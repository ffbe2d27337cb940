import { describe, expect, it } from 'vitest';
import { Metrics } from './metrics.ts';

const lines = async (metrics: Metrics, name: string) =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith(name));

describe('metrics', () => {
  it('show every known cause with 0 before the first event, so that no alert misses it', async () => {
    const metrics = new Metrics('test');
    const misses = metrics.counter({
      name: 'misses_total',
      help: 'Ticks without values.',
      labels: { cause: ['timeout', 'connection'] },
    });
    misses.add({ cause: 'timeout' }, 3);
    expect(await lines(metrics, 'misses_total')).toEqual([
      'misses_total{cause="timeout"} 3',
      'misses_total{cause="connection"} 0',
    ]);
  });

  it('show what is known when they are asked, and nothing in place of what is not', async () => {
    const metrics = new Metrics('test');
    let backlog: number | undefined;
    let writtenCount = 5;
    metrics.gauge({ name: 'backlog', help: 'Waiting.', read: () => backlog });
    metrics.countOf({ name: 'written_total', help: 'Written.', read: () => writtenCount });
    expect(await lines(metrics, 'backlog')).toEqual([]);
    backlog = 7;
    writtenCount = 8;
    expect(await lines(metrics, 'backlog')).toEqual(['backlog 7']);
    expect(await lines(metrics, 'written_total')).toEqual(['written_total 8']);
    backlog = undefined;
    expect(await lines(metrics, 'backlog')).toEqual([]);
  });

  it('drop the series of what is gone', async () => {
    const metrics = new Metrics('test');
    let collectors = ['a', 'b'];
    metrics.gauge({
      name: 'held',
      help: 'Sessions.',
      labels: { collector: 'any' },
      read: () => collectors.map((collector) => ({ labels: { collector }, value: 1 })),
    });
    expect(await lines(metrics, 'held')).toEqual(['held{collector="a"} 1', 'held{collector="b"} 1']);
    collectors = ['b'];
    expect(await lines(metrics, 'held')).toEqual(['held{collector="b"} 1']);
  });

  it('leave out what is no number, and show all others as if it had not been there', async () => {
    const metrics = new Metrics('test');
    const late = metrics.histogram({ name: 'late_seconds', help: 'Late.', bucketsS: [0.1] });
    const bytes = metrics.counter({ name: 'bytes_total', help: 'Bytes.' });
    for (const none of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      late.observeMs({}, none);
      bytes.add({}, none);
    }
    late.observeMs({}, 50);
    bytes.add({}, 7);
    expect(await lines(metrics, 'late_seconds')).toEqual([
      'late_seconds_bucket{le="0.1"} 1',
      'late_seconds_bucket{le="+Inf"} 1',
      'late_seconds_sum 0.05',
      'late_seconds_count 1',
    ]);
    expect(await lines(metrics, 'bytes_total')).toEqual(['bytes_total 7']);
  });

  it('give times in seconds', async () => {
    const metrics = new Metrics('test');
    const late = metrics.histogram({ name: 'late_seconds', help: 'Late.', bucketsS: [0.1, 1] });
    late.observeMs({}, 250);
    expect(await lines(metrics, 'late_seconds')).toEqual([
      'late_seconds_bucket{le="0.1"} 0',
      'late_seconds_bucket{le="1"} 1',
      'late_seconds_bucket{le="+Inf"} 1',
      'late_seconds_sum 0.25',
      'late_seconds_count 1',
    ]);
  });

  it('count what lies on the bound of a bucket in it, and each combination of labels by itself', async () => {
    const metrics = new Metrics('test');
    const took = metrics.histogram({
      name: 'took_seconds',
      help: 'Took.',
      labels: { method: ['read', 'write'], code: ['200'] },
      bucketsS: [0.1, 1],
    });
    took.observeMs({ method: 'read', code: '200' }, 100);
    took.observeMs({ method: 'read', code: '200' }, 5_000);
    took.observeMs({ method: 'read', code: '500' }, 1);
    expect(await lines(metrics, 'took_seconds_count')).toEqual([
      'took_seconds_count{method="read",code="200"} 2',
      'took_seconds_count{method="write",code="200"} 0',
      'took_seconds_count{method="read",code="500"} 1',
    ]);
    expect((await lines(metrics, 'took_seconds_bucket')).slice(0, 3)).toEqual([
      'took_seconds_bucket{le="0.1",method="read",code="200"} 1',
      'took_seconds_bucket{le="1",method="read",code="200"} 1',
      'took_seconds_bucket{le="+Inf",method="read",code="200"} 2',
    ]);
  });

  it('of the process are counters where their names say so, as the check of Prometheus demands', async () => {
    const metrics = new Metrics('test');
    metrics.addProcessMetrics();
    const types = (await lines(metrics, '# TYPE ')).map((line) => line.split(' ').slice(2));
    expect(types).toEqual(expect.arrayContaining([['process_cpu_seconds_total', 'counter']]));
    expect(types.filter(([name, type]) => name?.endsWith('_total') && type !== 'counter')).toEqual([]);
  });

  it('tell what there is, with the kind of service first', () => {
    const metrics = new Metrics('test');
    metrics.gauge({ name: 'a', help: 'First.', labels: { b: 'any' }, read: () => [] });
    expect(metrics.described().map(({ name, type, labels }) => ({ name, type, labels }))).toEqual([
      { name: 'holdfast_service_info', type: 'gauge', labels: ['service'] },
      { name: 'a', type: 'gauge', labels: ['b'] },
    ]);
  });
});
