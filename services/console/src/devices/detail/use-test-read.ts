import type { DeviceTestView } from '@holdfast/shared/contracts/http/device-call-http.ts';
import { useCallback, useState } from 'react';
import { api } from '../../api/api.ts';

export interface TestReading {
  /** When the test began, in ms since 1970; set while it continues. */
  readonly since: number | undefined;
  readonly done: { readonly at: Date; readonly view: DeviceTestView } | undefined;
  readonly error: Error | undefined;
  start(): Promise<void>;
}

/** Reads every point of a device once. The result stays until the next read is done. */
export function useTestRead(deviceId: number): TestReading {
  const [since, setSince] = useState<number>();
  const [done, setDone] = useState<TestReading['done']>();
  const [error, setError] = useState<Error>();
  const start = useCallback(async () => {
    setSince(Date.now());
    setError(undefined);
    try {
      const view = await api.post<DeviceTestView & Record<string, unknown>>(
        `/api/config/devices/${deviceId}/test/`,
      );
      setDone({ at: new Date(), view });
    } catch (failure) {
      // Old values would be taken for present ones.
      setDone(undefined);
      setError(failure as Error);
    } finally {
      setSince(undefined);
    }
  }, [deviceId]);
  return { since, done, error, start };
}
