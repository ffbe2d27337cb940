import { useSyncExternalStore } from 'react';

/** Whether the page is about to be put on paper, which shows all of a list and not the part that is looked at. */
export function useIsPrinting(): boolean {
  return useSyncExternalStore(follow, () => matchMedia('print').matches);
}

function follow(onChange: () => void): () => void {
  const paper = matchMedia('print');
  paper.addEventListener('change', onChange);
  return () => paper.removeEventListener('change', onChange);
}
