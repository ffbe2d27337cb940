import type { Item } from '@holdfast/api-client/api-client.ts';
import { CliError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import { record, records } from './output/values.ts';
import { say } from './words/say.ts';

/**
 * The configuration of the API as a file. It has codes instead of ids, so that it means the same in another
 * installation, and points are listed below their device.
 */
export interface ConfigurationFile {
  readonly holdfast_configuration: 1;
  readonly sites: readonly Item[];
  readonly devices: readonly Item[];
  readonly tasks: readonly Item[];
}

export interface Everything {
  readonly sites: readonly Item[];
  readonly devices: readonly Item[];
  readonly points: readonly Item[];
  readonly tasks: readonly Item[];
}

export function toFile({ sites, devices, points, tasks }: Everything): ConfigurationFile {
  const codeOf = (items: readonly Item[]) => new Map(items.map(({ id, code }) => [id, code]));
  const siteCodes = codeOf(sites);
  const deviceCodes = codeOf(devices);
  const pointNames = new Map(
    points.map(({ id, device_id, code }) => [id, { device: deviceCodes.get(device_id), point: code }]),
  );
  return {
    holdfast_configuration: 1,
    sites: sites.map(({ id: _id, ...site }) => site),
    devices: devices.map(({ id, site_id, ...device }) => ({
      ...device,
      site: siteCodes.get(site_id) ?? null,
      points: points
        .filter(({ device_id }) => device_id === id)
        .map(({ id: _id, device_id: _device, ...point }) => point),
    })),
    tasks: tasks.map(({ id: _id, device_ids, point_ids, ...task }) => ({
      ...task,
      devices: (device_ids as unknown[]).map((id) => deviceCodes.get(id)),
      points: (point_ids as unknown[]).map((id) => pointNames.get(id)),
    })),
  };
}

export interface ReadConfiguration extends ConfigurationFile {
  /** Parts of the file that no configuration has. */
  readonly faults: readonly string[];
}

const parts = ['sites', 'devices', 'tasks'] as const;

/** @throws CliError when the content is no such file */
export function readConfigurationFile(content: unknown): ReadConfiguration {
  const { holdfast_configuration: version, ...rest } = record(content);
  if (version !== 1) {
    throw new CliError(say('this_is_no_configuration_of_holdfast'), exitCodes.refused);
  }
  const faults = Object.keys(rest)
    .filter((name) => !parts.some((part) => part === name))
    .map((name) =>
      say('there_is_no_such_part', {
        name,
        parts: parts.join(', '),
      }),
    );
  for (const part of parts) {
    const list = rest[part] ?? [];
    if (!Array.isArray(list)) faults.push(`${part}: ${say('must_be_a_list')}`);
  }
  return {
    holdfast_configuration: 1,
    sites: records(rest.sites),
    devices: records(rest.devices),
    tasks: records(rest.tasks),
    faults,
  };
}
