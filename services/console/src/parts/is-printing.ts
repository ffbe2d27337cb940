import { useSyncExternalStore } from 'react';

/** Whether the page is being printed: paper shows a whole list, not only the visible part. */
export function useIsPrinting(): boolean {
  return useSyncExternalStore(follow, () => matchMedia('print').matches);
}

function follow(onChange: () => void): () => void {
  const paper = matchMedia('print');
  paper.addEventListener('change', onChange);
  return () => paper.removeEventListener('change', onChange);
}
