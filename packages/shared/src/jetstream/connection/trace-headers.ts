import { headers, type MsgHdrs } from '@nats-io/nats-core';
import { traceParentName } from '../../contracts/trace-parent.ts';

/** As options of a publish; nothing for what has no trace. */
export function traceHeaders(traceparent: unknown): { headers?: MsgHdrs } {
  if (typeof traceparent !== 'string') return {};
  const about = headers();
  about.set(traceParentName, traceparent);
  return { headers: about };
}
