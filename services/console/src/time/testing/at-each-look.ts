import { vi } from 'vitest';

/** Runs `act` while the clock advances by a millisecond each time it is read. */
export function atEachLook<T>(fromMs: number, act: () => T): T {
  let nowMs = fromMs - 1;
  const look = () => {
    nowMs += 1;
    return nowMs;
  };
  vi.stubGlobal(
    'Date',
    new Proxy(Date, {
      construct: (Real, args) => Reflect.construct(Real, args.length > 0 ? args : [look()]),
    }),
  );
  try {
    return act();
  } finally {
    vi.unstubAllGlobals();
  }
}
