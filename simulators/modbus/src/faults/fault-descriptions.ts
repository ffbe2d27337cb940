import type { FaultKind } from '../fault.ts';

/** For `--list-faults`: an example that is taken as it is, and what the device then does. */
export const faultDescriptions: Readonly<
  Record<FaultKind, { readonly example: string; readonly does: string }>
> = {
  silence: { example: '{"kind":"silence"}', does: 'takes requests and never answers' },
  slow: {
    example: '{"kind":"slow","delay_ms":1500,"jitter_ms":200}',
    does: 'answers after delay_ms and, at random, up to jitter_ms more',
  },
  exception: { example: '{"kind":"exception","code":4}', does: 'answers with this exception code' },
  busy: { example: '{"kind":"busy","code":6}', does: 'answers that it is busy: exception 6, or 5' },
  late_reply: {
    example: '{"kind":"late_reply","delay_ms":3000}',
    does: 'answers so late, and other requests meanwhile; without delay_ms in front of its next answer',
  },
  doubled: {
    example: '{"kind":"doubled","delay_ms":20}',
    does: 'answers, and sends the same answer again after delay_ms; without it at once',
  },
  wrong_unit: {
    example: '{"kind":"wrong_unit","unit_id":99}',
    does: 'answers under another unit id; the next one unless given',
  },
  wrong_transaction: {
    example: '{"kind":"wrong_transaction"}',
    does: 'answers under the next transaction id; Modbus TCP only',
  },
  wrong_length: {
    example: '{"kind":"wrong_length","bytes":-2}',
    does: 'answers with so many bytes more or less than asked for, in a frame that is right in itself',
  },
  garbage: { example: '{"kind":"garbage"}', does: 'answers with bytes that are no Modbus' },
  truncated: {
    example: '{"kind":"truncated","bytes":5}',
    does: 'stops within its answer, after so many bytes; half of them unless given',
  },
  reset: { example: '{"kind":"reset"}', does: 'resets the connection at each request' },
  half_open: {
    example: '{"kind":"half_open"}',
    does: 'from a request on, reads and answers nothing on this connection and never ends it, not even once it is sound again',
  },
  refuse_connections: {
    example: '{"kind":"refuse_connections"}',
    does: 'resets its connections and refuses new ones',
  },
  single_connection: {
    example: '{"kind":"single_connection","others":"close"}',
    does: 'serves one connection; closes others, leaves them waiting (ignore), or lets a new one replace the old',
  },
  crc_error: { example: '{"kind":"crc_error"}', does: 'answers with a wrong check sum; RTU only' },
  noise: {
    example: '{"kind":"noise","before":3,"after":2}',
    does: 'answers with so many random bytes around; RTU only',
  },
  echo: { example: '{"kind":"echo"}', does: 'sends the request back in front of its answer; RTU only' },
};
