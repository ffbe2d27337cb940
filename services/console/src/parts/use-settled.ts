import { useEffect, useState } from 'react';

const restMs = 150;

/** The value once it has stayed for a moment, so that the server is not asked at every key or step. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  const key = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(key)), restMs);
    return () => clearTimeout(timer);
  }, [key]);
  return settled;
}
