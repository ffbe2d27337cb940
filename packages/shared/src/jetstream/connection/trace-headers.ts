import { headers, type MsgHdrs } from '@nats-io/nats-core';
import { traceParentName } from '../../contracts/trace-parent.ts';

/** The trace as options of a publish, or nothing if there is none. */
export function traceHeaders(traceparent: unknown): { headers?: MsgHdrs } {
  if (typeof traceparent !== 'string') return {};
  const about = headers();
  about.set(traceParentName, traceparent);
  return { headers: about };
}
