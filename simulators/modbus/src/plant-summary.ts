import type { Plant, PlantEndpoint } from './plant.ts';

const mostLines = 40;

/** Where everything is, for people: one line an endpoint. */
export function plantSummary(plant: Pick<Plant, 'endpoints'>): string[] {
  const byEndpoint = new Map<string, PlantEndpoint[]>();
  for (const each of plant.endpoints) {
    byEndpoint.set(each.endpoint, [...(byEndpoint.get(each.endpoint) ?? []), each]);
  }
  const lines = [...byEndpoint.values()].map((devices) => {
    const [first] = devices;
    const where = first?.path ?? `${first?.host}:${first?.port}`;
    const names = devices.slice(0, 8).map(({ device, unitId }) => `${device} (unit ${unitId})`);
    const more = devices.length > names.length ? [`and ${devices.length - names.length} more`] : [];
    return `${(first?.transport ?? '').padEnd(13)} ${where.padEnd(22)} ${[...names, ...more].join(', ')}`;
  });
  const left = lines.length - mostLines;
  return left > 0 ? [...lines.slice(0, mostLines), `… and ${left} more endpoints`] : lines;
}
