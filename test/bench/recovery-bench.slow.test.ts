import { describe, expect, it } from 'vitest';
import { endOfBench } from './run-bench.ts';

describe('the recovery benchmark', () => {
  it('ends with one line of JSON that says how many sessions it saw assigned, beside the limit', async () => {
    const flags = '--events 700 --sessions 40 --collectors 2 --rounds 1';
    const { code, stdout, stderr } = await endOfBench(['recovery', '--json', ...flags.split(' ')]);
    expect(stderr).toContain('starting the supervisor');
    expect(code).toBe(0);
    const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(report).toEqual({
      bench: 'recovery',
      ratio: expect.any(Number),
      figures: expect.objectContaining({
        events: 700,
        tasks: 50,
        running_sessions: 40,
        collectors: 2,
        assigned_sessions: 40,
        start_to_leads_ms: expect.any(Number),
        start_to_replayed_ms: expect.any(Number),
        start_to_last_assigned_ms: expect.any(Number),
        replay_events_per_second: expect.any(Number),
      }),
      limit: { bare_consumer_events_per_second: expect.any(Number) },
      machine: expect.objectContaining({
        cpu: expect.any(String),
        cores: expect.any(Number),
        node: process.versions.node,
        nats_server: expect.stringMatching(/^\d+\.\d+\.\d+/),
      }),
    });
    const { figures, limit, ratio } = report;
    expect(ratio).toBeCloseTo(figures.replay_events_per_second / limit.bare_consumer_events_per_second, 2);
    for (const value of Object.values(figures)) {
      if (typeof value === 'number') expect(value).toBeGreaterThan(0);
    }
  });

  it('refuses a log that is too short for its sessions, and leaves nothing behind', async () => {
    const args = ['recovery', '--events', '10', '--sessions', '40'];
    const { code, stdout, stderr } = await endOfBench(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--sessions 40 needs at least --events 110');
  });
});

describe('the command line of the benchmarks', () => {
  it('lists them when none is named', async () => {
    expect(await endOfBench([])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ {2}recovery {2}/m),
    });
  });

  it('tells what each measures and which flags it takes', async () => {
    const { code, stdout } = await endOfBench(['recovery', '--help']);
    expect(code).toBe(0);
    for (const flag of ['--events N', '--sessions N', '--collectors N', '--json'])
      expect(stdout).toContain(flag);
  });

  it.each([
    [['frobnicate'], 'There is no benchmark "frobnicate"'],
    [['recovery', '--frobnicate', '1'], "Unknown option '--frobnicate'"],
    [['recovery', '--events', 'many'], '--events takes a whole number from 2 on, not "many"'],
    [['recovery', '--sessions', '0'], '--sessions takes a whole number from 1 on, not "0"'],
  ])('refuses %j', async (args, why) => {
    const { code, stdout, stderr } = await endOfBench(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(why);
  });
});
