import { usePlantTime } from '../time/plant-time.tsx';

const twoDaysMs = 2 * 86_400_000;

/** Labels of the axis of a strip, at its quarters and its end; times are in ms since 1970. */
export function QuarterTimes({ from, to, end }: { from: number; to: number; end?: string | undefined }) {
  const plant = usePlantTime();
  const text = (part: number) => {
    const moment = new Date(from + (to - from) * part);
    return to - from > twoDaysMs ? plant.day(moment) : plant.clock(moment);
  };
  return (
    <>
      {[0, 0.25, 0.5, 0.75].map((part) => (
        <span key={part}>{text(part)}</span>
      ))}
      <span>{end ?? text(1)}</span>
    </>
  );
}
