import { useEffect, useRef, useState } from 'react';

const restMs = 150;

/**
 * Text of a field that the address keeps. An address has a change a moment later, and a field that waited for it would lose letters, and
 * what an input method for Chinese is putting together.
 */
export function useTyped(
  kept: string,
  keep: (text: string) => void,
): readonly [typed: string, type: (text: string) => void] {
  const [typed, setTyped] = useState(kept);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (timer.current === undefined) setTyped(kept);
  }, [kept]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      keep(text);
    }, restMs);
  };
  return [typed, type];
}
