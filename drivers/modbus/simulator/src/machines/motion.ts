/** Movements that follow from the clock alone: any two readers, and a restarted simulator, see the same machine. */

/** Slow swing around a middle. */
export function swing(nowMs: number, middle: number, amplitude: number, periodMs: number, phase = 0): number {
  return middle + amplitude * Math.sin(2 * Math.PI * (nowMs / periodMs + phase));
}

/** Where in a repeating cycle we are, 0…1. */
export function cyclePhase(nowMs: number, periodMs: number): number {
  return (nowMs % periodMs) / periodMs;
}

/** 0 before `from`, 1 after `to`, and straight in between. */
export function ramp(phase: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (phase - from) / (to - from)));
}

/** Bit 0 first. */
export function statusWord(...bits: readonly boolean[]): number {
  return bits.reduce((word, bit, index) => (bit ? word | (1 << index) : word), 0);
}
