import type { Device } from '@holdfast/driver/device.ts';
import type { Driver } from '@holdfast/driver/driver.ts';
import { openLinkHost } from '@holdfast/driver/host/link-host.ts';
import { PointList } from '@holdfast/driver/point-list.ts';
import type { Group } from '@holdfast/driver/requests.ts';
import type { ValueSink } from '@holdfast/driver/value-sink.ts';
import { InvalidMeasurement } from '../benchmark.ts';

/** Reads everything of one device, again and again. */
export interface DeviceLoop {
  /** Resolves when all was read so many times. @throws InvalidMeasurement when a value is missing */
  run(times: number): Promise<void>;
  close(): void;
}

/** One request with its bytes, for a client that knows nothing but those. */
export interface RecordedExchange {
  readonly request: Buffer;
  readonly answerBytes: number;
}

/** The driver as a collector uses it: groups of the plan, one request after the other, each value decoded into a sink. */
export function driverLoop(
  driver: Driver,
  device: Device,
): DeviceLoop & { record(): Promise<readonly RecordedExchange[]> } {
  const list = new PointList(device.points);
  const plan = driver.plan(device, list);
  const link = driver.link(device.connection, openLinkHost({ mayRequest: () => true }));
  const { groups } = plan.groups(
    device.points.map((_, point) => point),
    0,
  );
  const sink = new CountingSink();
  const values = list.codes.length;
  return {
    run: async (times) => {
      for (let time = 0; time < times; time += 1) {
        sink.good = 0;
        for (const group of groups) (await link.read(group, device.timeout_ms)).decode(sink);
        if (sink.good !== values) throw new InvalidMeasurement(`${sink.good} of ${values} values came`);
      }
    },
    record: async () => {
      const recorded: RecordedExchange[] = [];
      for (const group of groups) recorded.push(await recordExchange(group));
      return recorded;
    },
    close: () => link.disconnect(),
  };

  async function recordExchange(group: Group): Promise<RecordedExchange> {
    const sent: Buffer[] = [];
    let answerBytes = 0;
    await link.read(group, device.timeout_ms, (direction, bytes) => {
      if (direction === 'sent') sent.push(Buffer.from(bytes));
      else answerBytes += bytes.length;
    });
    return { request: Buffer.concat(sent), answerBytes };
  }
}

class CountingSink implements ValueSink {
  good = 0;

  number(): void {
    this.good += 1;
  }

  decimal(): void {
    this.good += 1;
  }

  integer(): void {
    this.good += 1;
  }

  other(): void {
    this.good += 1;
  }

  bad(): void {}

  sourceTime(): void {}
}
