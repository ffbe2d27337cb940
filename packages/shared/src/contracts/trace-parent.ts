import * as z from 'zod';

/**
 * W3C trace context: version, trace id, id of the step that caused this one, flags. A later version may have more
 * behind it, which is left out. https://www.w3.org/TR/trace-context/#traceparent-header
 */
const pattern = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

export interface TraceParent {
  readonly traceId: string;
  readonly parentId: string;
  readonly flags: string;
}

/** Undefined for anything else. */
export function parseTraceParent(text: unknown): TraceParent | undefined {
  const [, traceId, parentId, flags] = (typeof text === 'string' && pattern.exec(text)) || [];
  return traceId && parentId && flags ? { traceId, parentId, flags } : undefined;
}

export function formatTraceParent({ traceId, parentId, flags }: TraceParent): string {
  return `00-${traceId}-${parentId}-${flags}`;
}

/** As a field of a message; a damaged one counts as none. */
export const traceParentField = z
  .string()
  .refine((text) => parseTraceParent(text) !== undefined)
  .optional()
  .catch(undefined);

/** Name of the header in HTTP and NATS, of the CloudEvents extension, and of the field elsewhere. */
export const traceParentName = 'traceparent';
