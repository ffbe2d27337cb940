import { describe, expect, it } from 'vitest';
import { type BusSpeed, readMs } from './bus-time.ts';

const line9600: BusSpeed = { kind: 'serial', baudRate: 9_600, parity: 'even', stopBits: 1, turnaroundMs: 0 };

describe('the time that a read takes on its bus', () => {
  it('is the round trip over TCP, however much is read', () => {
    const lan: BusSpeed = { kind: 'tcp', roundTripMs: 4 };
    expect(readMs({ table: 'holding_register', quantity: 125 }, lan, 20)).toBe(24);
    expect(readMs({ table: 'coil', quantity: 1 }, lan, 0)).toBe(4);
  });

  it('is counted in characters on a serial line: 10 registers at 9600 baud 8E1', () => {
    // 8 + 5 + 20 bytes of 11 bits, and twice 3.5 characters of silence: 40 characters.
    expect(readMs({ table: 'holding_register', quantity: 10 }, line9600, 0)).toBeCloseTo(45.83, 2);
    // 2000 bits are 250 bytes.
    expect(readMs({ table: 'coil', quantity: 2_000 }, line9600, 0)).toBeCloseTo(309.4, 1);
  });

  it('has a fixed silence on fast lines', () => {
    const fast: BusSpeed = { ...line9600, baudRate: 115_200, parity: 'none' };
    // 15 bytes of 10 bits, and twice 1.75 ms.
    expect(readMs({ table: 'input_register', quantity: 1 }, fast, 0)).toBeCloseTo(1.302 + 3.5, 2);
  });
});
