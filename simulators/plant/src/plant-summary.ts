import type { Plant } from './plant.ts';
import type { PlayedDevice } from './simulator.ts';

const mostLines = 40;

/** Says where everything is: one line for each endpoint. */
export function plantSummary(plant: Pick<Plant, 'devices'>): string[] {
  const byEndpoint = Map.groupBy(plant.devices, ({ endpoint }) => endpoint);
  const width = Math.max(...plant.devices.map(({ address }) => address.protocol.length));
  const lines = [...byEndpoint.values()].map((devices) => {
    const [first] = devices as [PlayedDevice, ...PlayedDevice[]];
    const names = devices.slice(0, 8).map(({ code, unit }) => (unit ? `${code} (${unit})` : code));
    const more = devices.length > names.length ? [`and ${devices.length - names.length} more`] : [];
    return `${first.address.protocol.padEnd(width)} ${first.where.padEnd(22)} ${[...names, ...more].join(', ')}`;
  });
  const remaining = lines.length - mostLines;
  return remaining > 0 ? [...lines.slice(0, mostLines), `… and ${remaining} more endpoints`] : lines;
}
