import type { Text } from '@holdfast/texts/text.ts';
import type { EndpointIdentity } from './spec.ts';
import { driverText } from './texts.ts';

/**
 * Why the settings of two devices for one endpoint contradict each other, in words, or undefined if they agree or have
 * different endpoints.
 */
export function endpointConflict(one: EndpointIdentity, other: EndpointIdentity): Text | undefined {
  if (one.key !== other.key) return undefined;
  if (one.isLocal !== other.isLocal) return driverText('endpoint_tcp_and_serial', { endpoint: one.key });
  if (one.way === other.way) return undefined;
  return one.isLocal
    ? driverText('endpoint_speeds_differ', { endpoint: one.key, one: one.way, other: other.way })
    : driverText('endpoint_protocols_differ', { endpoint: one.key, one: one.way, other: other.way });
}
