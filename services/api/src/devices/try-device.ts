import { unitPlaceText } from '@holdfast/driver/device-place.ts';
import type { DeviceTrialBody, DeviceTrialView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import { connectionOf } from '@holdfast/shared/contracts/http/device-http.ts';
import { type ValidPoint, validateDevicePoint } from '@holdfast/shared/contracts/http/point-http.ts';
import { withoutNulls } from '@holdfast/shared/contracts/http/without-nulls.ts';
import { type DeviceConfig, deviceConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import { contentIssues } from '../configuration/content-issues.ts';
import { requireAccess } from '../configuration/device-access.ts';
import { endpointColumn, specOf } from '../configuration/device-specs.ts';
import type { Database } from '../database/open-database.ts';
import { localize } from '../problems/localize.ts';
import { validationFailed } from '../problems/problem.ts';
import { holdersOfEndpoint } from './endpoint-holders.ts';
import { readOnce, type TestDeviceOptions } from './test-device.ts';

/**
 * Reads a device that is not stored, or stored differently: its points, or one point to show that the device is there.
 * @throws Problem, BrokerUnavailable, DatabaseUnavailable
 */
export async function tryDevice(
  body: DeviceTrialBody,
  options: Pick<TestDeviceOptions, 'database' | 'collectors' | 'withinMs' | 'traceparent'>,
): Promise<DeviceTrialView> {
  const site = await siteOf(options.database, body.device.site_id);
  const device = { ...contentOf(body), ...site };
  const issues = contentIssues({ devices: [device] }).map(({ path, message }) => ({
    path: path.replace(/^devices\.0\.?(?=points)/, '').replace(/^devices\.0/, 'device'),
    message,
  }));
  if (issues.length > 0) throw validationFailed(issues);
  const { code, protocol, connection, site_code: siteCode, site_networks: siteNetworks = [] } = device;
  await requireAccess(options.collectors, [{ code, protocol, connection, siteCode, siteNetworks }]);
  const spec = specOf(device);
  const endpoint = endpointColumn(spec, device.connection);
  const holders = endpoint === null ? [] : await holdersOfEndpoint(options.database, endpoint);
  const read = await readOnce({ ...options, device, holders, labels: {}, learnedLimits: undefined });
  const answers = read.requests.some(({ error, failure }) => error === '' || failure === 'exception');
  return { ...read, answers, place: localize(unitPlaceText(spec, device.connection)) };
}

async function siteOf(
  database: Database,
  id: number | null,
): Promise<Pick<DeviceConfig, 'site_code' | 'site_networks'>> {
  const site =
    id === null
      ? undefined
      : await database
          .selectFrom('sites')
          .select(['code', 'networks'])
          .where('id', '=', id)
          .executeTakeFirst();
  return { site_code: site?.code ?? '', ...(site?.networks.length ? { site_networks: site.networks } : {}) };
}

function contentOf({ device, points }: DeviceTrialBody): DeviceConfig {
  const spec = specOf(device);
  const connection = connectionOf(spec, device);
  const judgedPoints = points.length > 0 ? points : [probeOf({ spec, connection })];
  return deviceConfigSchema.parse({
    ...withoutNulls(device),
    id: 'try',
    connection,
    points: judgedPoints.map(({ common, address }) => ({ ...withoutNulls(common), address })),
  });
}

function probeOf(device: Parameters<typeof validateDevicePoint>[0]): ValidPoint {
  const verdict = validateDevicePoint(device, device.spec.words.probe);
  if (!verdict.ok) throw new Error(`the probe of ${device.spec.protocol} is no point of it`);
  return verdict.value;
}
