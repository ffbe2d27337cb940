import { type Sample, sampleVersion } from '@holdfast/shared/contracts/sample/sample.ts';
import type { NatsConnection } from '@holdfast/shared/jetstream/connection/connect.ts';
import { SampleStream } from '@holdfast/shared/jetstream/samples/sample-stream.ts';
import { PlacedSamples } from '@holdfast/test/support/placed-samples.ts';
import type { MeasuredApi } from '../api/measured-api.ts';

export interface LivePlant {
  readonly devices: number;
  readonly points: number;
}

const periodMs = 1_000;

/** Configures the devices with their points, and starts a session of a task that reads them. */
export async function configurePlant(
  api: MeasuredApi,
  { devices, points }: LivePlant,
): Promise<LiveDevice[]> {
  const liveDevices: LiveDevice[] = [];
  for (let index = 0; index < devices; index += 1) {
    const code = `press-${String(index + 1).padStart(3, '0')}`;
    const host = `127.1.${index >> 8}.${index & 255}`;
    const { id } = await api.create('/api/config/devices/', { code, host, port: 5_020 });
    await api.create(
      '/api/config/points/',
      Array.from({ length: points }, (_, address) => ({
        device_id: id,
        code: `temperature_${address}`,
        table: 'holding_register',
        address,
        data_type: 'uint16',
        scale: 0.1,
        unit: '°C',
      })),
    );
    liveDevices.push({ id: String(id), code });
  }
  const device_ids = liveDevices.map(({ id }) => Number(id));
  const task = await api.create('/api/config/tasks/', { code: 'hall', period_ms: periodMs, device_ids });
  await api.create('/api/acquisition/sessions/start-task/', { task_id: task.id });
  return liveDevices;
}

export interface LiveDevice {
  readonly id: string;
  readonly code: string;
}

/**
 * Publishes a sample of every device each second, as a collector does, with other values each time.
 * @returns a function that ends it
 */
export async function publishLive(
  nc: NatsConnection,
  devices: readonly LiveDevice[],
  points: number,
): Promise<() => Promise<void>> {
  const stream = await SampleStream.open(nc);
  const first = devices.map((device, index) => sampleOf(device, index, { tick: 0, points, epoch: 1 }));
  const [placed] = await new PlacedSamples(nc).placed(first);
  const epoch = placed?.epoch ?? 1;
  let isStopping = false;
  const running = (async () => {
    while (!isStopping) {
      const tick = Math.floor(Date.now() / periodMs);
      await Promise.all(
        devices.map((device, index) => stream.publish(sampleOf(device, index, { tick, points, epoch }))),
      );
      const rest = (tick + 1) * periodMs - Date.now();
      await new Promise((done) => setTimeout(done, Math.max(1, rest)));
    }
  })();
  running.catch(() => undefined);
  return async () => {
    isStopping = true;
    await running;
  };
}

function sampleOf(
  { id, code }: LiveDevice,
  index: number,
  { tick, points, epoch }: { readonly tick: number; readonly points: number; readonly epoch: number },
): Sample {
  const values = Object.fromEntries(
    Array.from({ length: points }, (_, point) => [
      `temperature_${point}`,
      Math.round(2_000 + 500 * Math.sin((tick + index + point) / 20)) / 10,
    ]),
  );
  return {
    ...{
      v: sampleVersion,
      session: '1-1',
      epoch,
      collector: 'bench',
      task: '1',
      device_id: id,
      device: code,
      site: '',
    },
    ...{ measurement: code, tick, period_ms: periodMs, time: tick * periodMs, read_at: Date.now(), values },
  };
}
