import { describe, expect, it } from 'vitest';
import { describeOutcome } from './describe-outcome.ts';
import { runSchedules } from './run-schedules.ts';

/** Without these the schedules would prove nothing about the situations that ownership is made for. */
const mustBeReached = [
  'another process under the same id goes on with a session',
  'a restarted collector goes on with a session',
  'assignment redelivered',
  'broker restart during a hand-over',
  'collector continues after its lease was over',
  'command answered with success',
  'drain during a partition',
  'expired lease held again',
  'failover',
  'failover during a partition of the former holder',
  'failover while the former holder stands still',
  'forged refusal',
  'forged sample ahead of the log',
  'forged sample of the log',
  'forged sample turned away after a wait for the log',
  'late reading stored',
  'lease lost: expired',
  'lease renewal: answer lost, write stored',
  'lease taken: dead',
  'lease taken: given_up',
  'log delivery started over',
  'message doubled',
  'message of a former epoch comes late',
  'message of an ended session comes',
  'request after the placement had ended, before the collector heard of it',
  'restart on the same host: predecessor proven dead',
  'session failed after refusals',
  'session.stopped while the holder is cut off',
  'stopped at a time limit',
  'supervisor continues after its lease was over',
  'two leaders at once',
  'warned of a time limit',
];

describe('processes, clocks and a broker that fail in every way, for long', { timeout: 600_000 }, () => {
  it('leave each session with one owner, and every situation that ownership is made for is reached', async () => {
    // The 60 before them run every day, in simulation.test.ts.
    const report = await runSchedules({ firstSeed: 61, runs: 1_440 });
    expect(describeOutcome(report.violations[0])).toBe('');
    expect(mustBeReached.filter((state) => !report.reached.get(state))).toEqual([]);
    expect(report.reached.get('reconfigured: requested')).toBeGreaterThan(50);
    expect(report.reached.get('reconfigured: rolled_back')).toBeGreaterThan(3);
    expect(report.reached.get('reconfigured without touching the device')).toBeGreaterThan(3);
  });
});
