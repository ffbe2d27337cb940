import { whenProblem } from '@holdfast/plant/faults/common-faults.ts';
import { list, type ValueCourse, valueCourse } from '@holdfast/plant/plant-file/value-course.ts';
import { seedOf } from '@holdfast/plant/seeded-random.ts';
import type { Described, PlantFilePlace, Prepared } from '@holdfast/plant/simulator.ts';
import { Broker } from './broker.ts';
import type { DeviceOfFile, EndpointOfFile } from './plant-file-schema.ts';
import { playedOf } from './played.ts';
import { PublishedDevice } from './published-device.ts';

/** Brokers of a plant file, with the devices that publish to them. */
export function prepareEndpoints(
  endpoints: readonly Described<EndpointOfFile>[],
  place: PlantFilePlace,
): Prepared {
  const { startedAtMs, complain } = place;
  const complainOfFaults = ({ faults }: Pick<EndpointOfFile, 'faults'>, path: readonly PropertyKey[]) =>
    faults.forEach((fault, index) => {
      const message = whenProblem(fault);
      if (message !== undefined) complain({ path: [...path, 'faults', index], message });
    });
  const parsedEndpoints = endpoints.map(({ path, of }) => {
    complainOfFaults(of, path);
    const devices = of.devices.map((device, index) => {
      const at = [...path, 'devices', index];
      complainOfFaults(device, at);
      return new PublishedDevice(device, coursesOf(device, at, place), startedAtMs);
    });
    return { of, devices, name: of.name ?? of.devices[0]?.device ?? '', path };
  });
  return {
    counts: {
      endpoints: parsedEndpoints.length,
      devices: parsedEndpoints.reduce((all, { devices }) => all + devices.length, 0),
    },
    takes: parsedEndpoints.flatMap(({ of, name, path, devices }) => [
      { what: `endpoint ${name}`, path },
      ...(of.port === 0 ? [] : [{ what: `port ${of.port}`, path: [...path, 'port'] }]),
      ...devices.map(({ code }, index) => ({
        what: `device ${code}`,
        path: [...path, 'devices', index, 'device'],
      })),
    ]),
    open: async (host, onRequest, onPublished) => {
      let links = 0;
      const brokers = parsedEndpoints.map(({ of, devices, name }) => ({
        devices,
        broker: new Broker({
          ...{ name, port: of.port, faults: of.faults, startedAtMs },
          boards: devices.map(({ faults }) => faults),
          onPacket: ({ id }) => {
            // A packet goes to the broker as a whole, so it counts for each of its devices.
            for (const { code } of devices) onRequest?.({ at: Date.now(), device: code, connectionId: id });
          },
        }),
      }));
      const played = playedOf(brokers, host);
      try {
        for (const { broker } of brokers) await broker.open(host, () => ++links);
      } catch (error) {
        await played.stop();
        throw error;
      }
      for (const { broker, devices } of brokers) {
        for (const device of devices) device.start(broker, onPublished);
      }
      return played;
    },
  };
}

function coursesOf(
  { device, values }: DeviceOfFile,
  path: readonly PropertyKey[],
  { readColumn, complain }: PlantFilePlace,
): Readonly<Record<string, ValueCourse>> {
  const courses: Record<string, ValueCourse> = {};
  for (const [name, value] of Object.entries(values)) {
    try {
      const csv = typeof value === 'object' && !Array.isArray(value) ? value.csv : undefined;
      courses[name] = csv
        ? list(readColumn(csv.file, csv.column), csv)
        : valueCourse(value, seedOf(`${device}/${name}`));
    } catch (error) {
      complain({ path: [...path, 'values', name], message: (error as Error).message });
    }
  }
  return courses;
}
