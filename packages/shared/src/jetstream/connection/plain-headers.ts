import type { MsgHdrs } from '@nats-io/nats-core';

/**
 * Headers encoded as they go over the wire. The client needs only their bytes; its own headers, which check, sort and
 * copy each name and value, take longer than the rest of a message.
 * @throws RangeError for a value with a line end
 */
export function plainHeaders(values: Readonly<Record<string, string | number | undefined>>): MsgHdrs {
  let text = 'NATS/1.0\r\n';
  for (const name in values) {
    const value = values[name];
    if (value === undefined) continue;
    if (typeof value === 'string' && /[\r\n]/.test(value)) throw new RangeError(`${name} has a line end`);
    text += `${name}: ${value}\r\n`;
  }
  const bytes = Buffer.from(`${text}\r\n`);
  return { encode: () => bytes } as unknown as MsgHdrs;
}

export const messageIdHeader = 'Nats-Msg-Id';
