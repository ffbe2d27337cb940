import type { ApiClient } from '@holdfast/api-client/api-client.ts';
import { type Plant, startPlant } from '@holdfast/driver-modbus-simulator/plant.ts';

interface Line {
  readonly task: string;
  readonly device: string;
  readonly devices: number;
  readonly points: number;
  readonly periodMs: number;
}

/** A factory of the usual size: each line of it is a task with devices of one kind. */
const lines: readonly Line[] = [
  { task: 'furnace-hall', device: 'furnace', devices: 3, points: 12, periodMs: 1_000 },
  { task: 'compressors', device: 'compressor', devices: 3, points: 8, periodMs: 1_000 },
  { task: 'press-line', device: 'press', devices: 6, points: 24, periodMs: 1_000 },
  { task: 'injection-moulding', device: 'moulder', devices: 5, points: 30, periodMs: 500 },
  { task: 'packaging-north', device: 'wrapper', devices: 4, points: 10, periodMs: 1_000 },
  { task: 'boiler-house', device: 'boiler', devices: 2, points: 20, periodMs: 1_000 },
  { task: 'energy-meters', device: 'meter', devices: 12, points: 6, periodMs: 2_000 },
  { task: 'paint-shop', device: 'booth', devices: 3, points: 16, periodMs: 1_000 },
  { task: 'water-treatment', device: 'pump', devices: 3, points: 8, periodMs: 1_000 },
  { task: 'cnc-cell-a', device: 'cnc-a', devices: 4, points: 18, periodMs: 1_000 },
  { task: 'cnc-cell-b', device: 'cnc-b', devices: 4, points: 18, periodMs: 1_000 },
  { task: 'cooling-towers', device: 'tower', devices: 3, points: 12, periodMs: 1_000 },
];

/** Quantity and unit of the points of each device, one after the other. */
const quantities = [
  ['temperature', '°C'],
  ['pressure', 'bar'],
  ['speed', 'rpm'],
  ['power', 'kW'],
] as const;

const codesOf = ({ device, devices }: Line) =>
  Array.from({ length: devices }, (_, index) => `${device}-${String(index + 1).padStart(2, '0')}`);

export interface Factory {
  readonly plant: Plant;
  /** Session of each task, by the task's code. */
  readonly sessions: ReadonlyMap<string, string>;
}

/** Simulated devices, brought into the configuration over REST, and one running session a line. */
export async function openFactory(api: ApiClient): Promise<Factory> {
  const plant = await startPlant({
    host: '127.0.0.1',
    config: {
      devices: lines.flatMap(codesOf).map((code, index) => ({
        code,
        unitId: 1,
        latency: { fixedMs: 2 + (index % 5), jitterMs: 3 },
        tables: {
          holding_register: (address, nowMs) =>
            Math.round(500 + 200 * Math.sin(nowMs / 60_000 + index + address)),
        },
      })),
    },
  });
  const sessions = new Map<string, string>();
  for (const line of lines) {
    const ids: number[] = [];
    for (const code of codesOf(line)) {
      const endpoint = plant.endpoints.find(({ device }) => device === code);
      const { id } = await api.post<{ id: number }>('/api/config/devices/', {
        code,
        host: '127.0.0.1',
        port: endpoint?.port,
        timeout_ms: 800,
      });
      ids.push(id);
      const points = Array.from({ length: line.points }, (_, address) => {
        const [quantity, unit] = quantities[address % quantities.length] ?? quantities[0];
        return {
          ...{ device_id: id, code: `${quantity}_${address + 1}`, unit, address, scale: 0.1 },
          ...{ table: 'holding_register', data_type: 'int16' },
        };
      });
      await api.post('/api/config/points/', points);
    }
    const task = await api.post<{ id: number }>('/api/config/tasks/', {
      ...{ code: line.task, period_ms: line.periodMs, device_ids: ids },
    });
    const startedTask = await api.command<{ session_id: string }>('/api/acquisition/sessions/start-task/', {
      task_id: task.id,
    });
    sessions.set(line.task, startedTask.session_id);
  }
  return { plant, sessions };
}
