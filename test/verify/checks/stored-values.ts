import type { History, RecordedSample, Violation } from '../history.ts';
import { sampleKey, tickKey } from '../tick-keys.ts';

/**
 * I8: what the database has of a tick is what was published for it, value by value. I9: what it lacks lies in quarantine,
 * which may have single values.
 */
export function storedValues(history: History): Violation[] {
  const published = new Map<string, RecordedSample>();
  for (const recorded of history.samples) {
    published.set(`${sampleKey(recorded.sample)}/${recorded.sample.epoch}`, recorded);
  }
  const inQuarantine = new Map<number, ReadonlySet<string>>();
  for (const { sequence, codes } of history.quarantined) {
    if (codes) inQuarantine.set(sequence, new Set(codes));
  }
  const violations: Violation[] = [];
  for (const row of history.database?.values ?? []) {
    const { session, device, tick, epoch, values } = row;
    const subject = `${session}/${device}`;
    const recorded = published.get(`${tickKey(row)}/${epoch}`);
    const { values: sentValues, integers = {} } = recorded?.sample ?? {};
    // Values that were never published are found elsewhere.
    if (!recorded || (!sentValues && !recorded.sample.integers) || !values) continue;
    const sent: Readonly<Record<string, unknown>> = { ...sentValues, ...integers };
    const names = new Set([...Object.keys(sent), ...Object.keys(values)]);
    const refused = inQuarantine.get(recorded.sequence);
    const different = [...names].find((name) => {
      if (!(name in values) && refused?.has(name)) return false;
      return name in integers ? Number(values[name]) !== Number(integers[name]) : sent[name] !== values[name];
    });
    if (different === undefined || violations.length >= 100) continue;
    violations.push({
      invariant: 'I8',
      subject,
      what: `tick ${tick}: ${different} is ${values[different]} in the database, ${sent[different]} was published (SAMPLES ${recorded.sequence})`,
    });
  }
  return violations;
}
