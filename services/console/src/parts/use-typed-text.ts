import { useEffect, useRef, useState } from 'react';

const restMs = 150;

/**
 * The text of a field that the address keeps. The address changes a moment later: a field that waited for it would lose
 * letters, and characters that an input method for Chinese is composing.
 */
export function useTypedText(
  stored: string,
  keep: (text: string) => void,
): readonly [typed: string, type: (text: string) => void] {
  const [text, setText] = useState(stored);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (timer.current === undefined) setText(stored);
  }, [stored]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (text: string) => {
    setText(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      keep(text);
    }, restMs);
  };
  return [text, type];
}
