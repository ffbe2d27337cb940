import { freePort } from '@holdfast/dev/free-port.ts';
import { streamNames, subjects } from '@holdfast/shared/contracts/subjects.ts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { fleetForTest } from '../support/fleet-for-test.ts';
import { type Scrape, scrape } from './scraped-metrics.ts';

describe('the backlog of samples while nobody writes', () => {
  it('shows in the leader’s metrics, and passes 50 % and 80 % of what the stream can hold', async () => {
    const fleet = await fleetForTest([]);
    const port = await freePort();
    await fleet.start('supervisor', { HEALTH_PORT: String(port) });
    const { config } = await (await jetstreamManager(fleet.log.nc)).streams.info(streamNames.samples);
    const js = jetstream(fleet.log.nc);
    const chunk = new Uint8Array(900_000);
    let published = 0;
    const fillTo = async (share: number) => {
      for (; published * chunk.length < config.max_bytes * share; published += 1) {
        await js.publish(subjects.sample('c', '1', 'press-1'), chunk);
      }
    };
    const levels = (now: Scrape) =>
      ['50', '80'].map((percent) => now.value('holdfast_samples_backlog_warning', { percent }));
    /** The leader looks now and then, perhaps while the stream was being filled. */
    const whenAllIsSeen = () =>
      eventually(
        async () => {
          const now = await scrape(`http://127.0.0.1:${port}/metrics`);
          return now.value('holdfast_samples_backlog_messages') === published && now;
        },
        { what: 'the backlog to be what was published', intervalMs: 100 },
      );
    const ratioOf = (now: Scrape) => now.value('holdfast_samples_backlog_ratio', { bound: 'bytes' });
    await fillTo(0.6);
    const half = await whenAllIsSeen();
    expect(ratioOf(half)).toBeGreaterThanOrEqual(0.5);
    expect(levels(half)).toEqual([1, 0]);
    await fillTo(0.9);
    const almostFull = await whenAllIsSeen();
    expect(ratioOf(almostFull)).toBeGreaterThanOrEqual(0.8);
    expect(levels(almostFull)).toEqual([1, 1]);
    expect(almostFull.value('holdfast_samples_backlog_age_seconds')).toBeGreaterThan(0);
    expect(almostFull.value('holdfast_samples_lost_total')).toBe(0);
  });
});
