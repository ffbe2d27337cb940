import { specs } from '@holdfast/drivers/specs.ts';
import type { ReadRequestReport } from '@holdfast/shared/contracts/device-call.ts';
import type { ShownRequest } from '@holdfast/shared/contracts/http/device-call-http.ts';
import type { DeviceConfig } from '@holdfast/shared/contracts/task-config.ts';

/** Splits each frame of the requests into its parts, by the protocol of their device. */
export function withFrameParts(
  requests: readonly ReadRequestReport[],
  { protocol, connection }: Pick<DeviceConfig, 'protocol' | 'connection'>,
): ShownRequest[] {
  const spec = specs.get(protocol);
  return requests.map(({ heard, ...request }) => ({
    ...request,
    ...(heard && {
      heard: heard.map((each) => ({
        ...each,
        parts: [...(spec?.frameParts?.(Buffer.from(each.bytes, 'hex'), each.direction, connection) ?? [])],
      })),
    }),
  }));
}
