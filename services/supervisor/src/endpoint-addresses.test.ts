import type { SessionNeeds } from '@holdfast/shared/domain/session/events.ts';
import { createLogger } from '@holdfast/shared/runtime/logger.ts';
import { FakeTime } from '@holdfast/shared/runtime/testing/fake-time.ts';
import { describe, expect, it } from 'vitest';
import { EndpointAddresses } from './endpoint-addresses.ts';

const needsOf = (...endpoints: string[]): SessionNeeds => ({ labels: {}, endpoints });
const reading = (collectorId: string, needs: SessionNeeds) => ({ collectorId, needs });

/** Collectors that answer by these tables; one without a table gives no answer. */
function asking(tables: Record<string, Record<string, string[]>>) {
  const time = new FakeTime();
  const questions: string[] = [];
  const addresses = new EndpointAddresses({
    collectors: {
      addressesOf: async (collectorId, endpoints) => {
        questions.push(`${collectorId} ${endpoints.join(' ')}`);
        return tables[collectorId] ?? Promise.reject(new Error('no answer'));
      },
    },
    clock: { monotonicMs: () => time.nowMs() },
    log: createLogger('test', 'silent'),
  });
  return { time, addresses, questions };
}

describe('named endpoints', () => {
  it('are asked for at the collectors that read them, once in a while; addresses and serial lines at none', async () => {
    const { addresses, questions, time } = asking({ c1: { 'plc:502': ['10.0.0.5:502'] }, c2: {} });
    const [one, other] = [
      needsOf('10.0.0.5:502', '[fd00::5]:502', '/dev/ttyS0@site=a:1'),
      needsOf('plc:502'),
    ];
    expect(await addresses.ask([reading('c1', one)])).toBe(false);
    expect(addresses.located(one)).toBe(one);
    const both = [reading('c1', one), reading('c1', other), reading('c2', other)];
    expect(await addresses.ask(both)).toBe(true);
    expect(await addresses.ask(both)).toBe(false);
    expect(questions).toEqual(['c1 plc:502', 'c2 plc:502']);
    expect(addresses.located(other)).toEqual(needsOf('plc:502', '10.0.0.5:502'));
    await time.advance(31_000);
    expect(await addresses.ask(both)).toBe(true);
  });

  it('keep their last addresses while there is no answer, and count by their names before the first one', async () => {
    const tables: Record<string, Record<string, string[]>> = {};
    const { addresses, time } = asking(tables);
    const needs = needsOf('plc:502');
    await addresses.ask([reading('c1', needs)]);
    expect(addresses.located(needs)).toEqual(needs);
    tables.c1 = { 'plc:502': ['10.0.0.5:502'] };
    await time.advance(31_000);
    await addresses.ask([reading('c1', needs)]);
    delete tables.c1;
    await time.advance(31_000);
    await addresses.ask([reading('c1', needs)]);
    expect(addresses.located(needs)?.endpoints).toContain('10.0.0.5:502');
    // A reader elsewhere knows another address, and no collector reads it at the former one.
    tables.c2 = { 'plc:502': ['10.0.0.6:502'] };
    await time.advance(31_000);
    await addresses.ask([reading('c2', needs)]);
    expect(addresses.located(needs)?.endpoints).toEqual(['plc:502', '10.0.0.6:502']);
  });

  it('have addresses with their own port, and few of them, whatever a collector says', async () => {
    const many = Array.from({ length: 20 }, (_, index) => `10.0.0.${index}:502`);
    const { addresses } = asking({
      c1: {
        'plc:502': ['other:502', '10.0.0.5:503', '[fd00::5]:502'],
        'more:502': many,
        'foreign:502': many,
      },
    });
    const needs = needsOf('plc:502');
    const more = needsOf('more:502');
    const foreign = needsOf('foreign:502');
    await addresses.ask([reading('c1', needs), reading('c1', more)]);
    expect(addresses.located(needs)?.endpoints).toEqual(['plc:502', '[fd00::5]:502']);
    expect(addresses.located(more)?.endpoints).toHaveLength(9);
    expect(addresses.located(foreign)).toBe(foreign);
  });
});
