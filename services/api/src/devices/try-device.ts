import type { DeviceTrialBody, DeviceTrialView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import { withoutNulls } from '@holdfast/shared/contracts/http/without-nulls.ts';
import { protocolForms } from '@holdfast/shared/contracts/protocols/protocol-forms.ts';
import { type DeviceConfig, deviceConfigSchema } from '@holdfast/shared/contracts/task-config.ts';
import { contentIssues } from '../configuration/content-issues.ts';
import { endpointOfDevice } from '../configuration/device-places.ts';
import { validationFailed } from '../problems/problem.ts';
import { holdersOfEndpoint } from './endpoint-holders.ts';
import { readOnce, type TestDeviceOptions } from './test-device.ts';

/**
 * Reads a device that is not stored, or not as it would be: its points, or one by which it shows that it is there.
 * @throws Problem, BrokerUnavailable, DatabaseUnavailable
 */
export async function tryDevice(
  body: DeviceTrialBody,
  options: Pick<TestDeviceOptions, 'database' | 'collectors' | 'withinMs' | 'traceparent'>,
): Promise<DeviceTrialView> {
  const device = contentOf(body);
  const issues = contentIssues({ devices: [device] }).map(({ path, message }) => ({
    path: path.replace(/^devices\.0\.?(?=points)/, '').replace(/^devices\.0/, 'device'),
    message,
  }));
  if (issues.length > 0) throw validationFailed(issues);
  const holders = await holdersOfEndpoint(options.database, endpointOfDevice(body.device));
  const read = await readOnce({ ...options, device, holders, labels: {}, learnedLimits: undefined });
  const answers = read.requests.some(({ error, failure }) => error === '' || failure === 'exception');
  return { ...read, answers };
}

function contentOf({ device, points }: DeviceTrialBody): DeviceConfig {
  const probe = protocolForms().find(({ protocol }) => protocol === device.protocol)?.probe;
  return deviceConfigSchema.parse({
    ...withoutNulls(device),
    id: 'try',
    points: points.length > 0 ? points.map(withoutNulls) : [probe],
  });
}
