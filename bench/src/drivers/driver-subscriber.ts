import type { Device } from '@holdfast/driver/device.ts';
import type { Driver } from '@holdfast/driver/driver.ts';
import { openLinkHost } from '@holdfast/driver/host/link-host.ts';
import type { WatchSink } from '@holdfast/driver/link.ts';
import { PointList } from '@holdfast/driver/point-list.ts';
import { InvalidMeasurement } from '../benchmark.ts';
import type { Subscriber } from './bare-subscriber.ts';

/** The driver as a collector uses it: a watch, each value decoded into a sink whose values are safe at once. It counts values. */
export async function driverSubscriber(driver: Driver, device: Device): Promise<Subscriber> {
  const list = new PointList(device.points);
  const { groups } = driver.plan(device, list).groups(
    device.points.map((_, point) => point),
    0,
  );
  const link = driver.link(device.connection, openLinkHost({ sessionId: `bench-${device.code}` }));
  if (!link.watch) throw new InvalidMeasurement(`${device.protocol} watches nothing`);
  const sink = new CountingSink();
  const ending = new AbortController();
  const subscribed = sink.next(0);
  const watching = link.watch(groups, sink, ending.signal);
  // Tells those who wait for values.
  watching.catch((error: unknown) => sink.fail(error));
  await subscribed;
  return {
    next: (count) => sink.next(count),
    close: () => {
      ending.abort();
      return watching;
    },
  };
}

class CountingSink implements WatchSink {
  fail: (why: unknown) => void = () => undefined;
  #valuesLeft = 0;
  #isDone: () => void = () => undefined;

  next(count: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#valuesLeft = count;
      this.#isDone = resolve;
      this.fail = reject;
    });
  }

  opened(): void {
    this.#isDone();
  }

  number(): void {
    this.#valuesLeft -= 1;
    if (this.#valuesLeft === 0) this.#isDone();
  }

  decimal(): void {
    this.number();
  }

  integer(): void {
    this.number();
  }

  other(): void {
    this.number();
  }

  bad(_at: number, status: Parameters<WatchSink['bad']>[1]): void {
    this.fail(new InvalidMeasurement(`a value has none: ${status.code}`));
  }

  sourceTime(): void {}

  async commit(): Promise<void> {}
}
