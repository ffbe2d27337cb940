import { useEffect, useRef, useState } from 'react';

const restMs = 150;

/**
 * The text of a field that the address keeps. The address changes a moment later: a field that waited for it would lose
 * letters, and characters that an input method for Chinese is composing.
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
