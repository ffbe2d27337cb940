import { useEffect, useState } from 'react';

const restMs = 150;

/** The value once it has stayed for a moment, so that the server is not asked at every key or step. */
export function useSettledValue<T>(value: T): T {
  const [settledValue, setSettledValue] = useState(value);
  const key = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettledValue(JSON.parse(key)), restMs);
    return () => clearTimeout(timer);
  }, [key]);
  return settledValue;
}
