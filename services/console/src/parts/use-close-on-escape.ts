import { useEffect, useEffectEvent } from 'react';

/** Escape closes the detail next to a list, but not while a dialog covers it. */
export function useCloseOnEscape(isOpen: boolean, close: () => void): void {
  const onEscape = useEffectEvent(close);
  useEffect(() => {
    if (!isOpen) return;
    const look = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('[role=dialog]')) return;
      onEscape();
    };
    addEventListener('keydown', look);
    return () => removeEventListener('keydown', look);
  }, [isOpen]);
}
