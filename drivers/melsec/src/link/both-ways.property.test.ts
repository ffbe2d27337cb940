import { dialect1e } from '@holdfast/driver-melsec-simulator/dialect-1e.ts';
import { dialect3e } from '@holdfast/driver-melsec-simulator/dialect-3e.ts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { connectionSchema, dataCodes, frames } from '../layout/connection.ts';
import { plcDevices } from '../layout/devices.ts';
import { readLimits } from '../layout/read-limits.ts';
import type { McRequest } from '../layout/requests.ts';
import { framing1e } from './framing-1e.ts';
import { framing3e } from './framing-3e.ts';

const connection = connectionSchema.parse({ host: 'plc', port: 5_000 });

/** Any read or write of any device within the limits, with what the PLC holds there. */
const exchanges = fc
  .record({
    frame: fc.constantFrom(...frames),
    data_code: fc.constantFrom(...dataCodes),
    device: fc.constantFrom(...plcDevices),
    number: fc.integer({ min: 0, max: 999_999 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    isWrite: fc.boolean(),
    random: fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 50 }),
    route: fc.record({
      network_no: fc.integer({ min: 0, max: 239 }),
      pc_no: fc.integer({ min: 0, max: 255 }),
      module_io: fc.integer({ min: 0, max: 0xffff }),
      module_station: fc.integer({ min: 0, max: 31 }),
    }),
  })
  .filter(({ frame, device }) => frame !== '1E' || device.code1e !== undefined)
  .map(({ frame, data_code, device, number, share, isWrite, random, route }) => {
    const limits = readLimits({ ...connection, frame, data_code });
    const most = device.unit === 'word' ? limits.words : limits.bits;
    const count = 1 + Math.floor(share * (most - 1));
    const cells = Array.from({ length: count }, (_, at) => {
      const cell = random[at % random.length] ?? 0;
      return device.unit === 'word' ? cell : cell & 1;
    });
    const request: McRequest = { route, device, number, count, ...(isWrite ? { values: cells } : {}) };
    return { frame, data_code, request, cells };
  });

it('a PLC hears exactly the request, in any pieces, and its answer is understood, by codecs that were written apart', () => {
  fc.assert(
    fc.property(exchanges, fc.integer({ min: 1, max: 20 }), ({ frame, data_code, request, cells }, cut) => {
      const framing = frame === '1E' ? framing1e(data_code) : framing3e(frame, data_code);
      const dialect = frame === '1E' ? dialect1e(data_code) : dialect3e(data_code);
      const outgoing = framing(request, 1_000);
      expect(dialect(outgoing.bytes.subarray(0, -cut))).not.toMatchObject({ endCode: 0 });
      const parsed = dialect(outgoing.bytes);
      const { device, number, count, values } = request;
      expect(parsed).toMatchObject({
        kind: 'request',
        length: outgoing.bytes.length,
        endCode: 0,
        request: { number, count, isInBits: device.unit === 'bit', values },
      });
      if (parsed.kind !== 'request') return;
      expect(parsed.request?.device.symbol).toBe(device.symbol);
      const answer = parsed.reply.answer(values ? [] : cells);
      expect(outgoing.judge(answer, answer.length)).toEqual({
        kind: 'answer',
        answer: Uint16Array.from(values ? [] : cells),
      });
      expect(outgoing.judge(answer, answer.length - 1)).toEqual({ kind: 'incomplete' });
      const refusal = parsed.reply.refuse(frame === '1E' ? 0x5b : 0xc056);
      expect(outgoing.judge(refusal, refusal.length).kind).toBe('refusal');
    }),
    { seed: 20, numRuns: 400 },
  );
});
