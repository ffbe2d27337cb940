import type { SampleStore } from '@holdfast/sample-store/sample-store.ts';
import type { Stop } from '@holdfast/shared/runtime/lifecycle.ts';

export interface StoreWatch {
  /** As of the last look, a few seconds ago at most. */
  isUp(): boolean;
  readonly stop: Stop;
}

const pauseMs = 5_000;

/** Checks the store even while there is nothing to write, so that readiness is accurate. */
export function watchStore(store: SampleStore): StoreWatch {
  let up = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    up = await store.reachable();
    if (!stopped) timer = setTimeout(() => void look(), pauseMs);
  };
  void look();
  return {
    isUp: () => up,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
