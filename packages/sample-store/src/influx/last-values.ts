import type { HistoryPoint, StoredPlace } from '../sample-store.ts';
import { pointsOf } from './history-answer.ts';
import { devicesIn, quoteIdentifier } from './influxql.ts';
import { type Answer, readSeries } from './influxql-answer.ts';

/** Most points and devices in one question: its address must not get too long. */
const pointsTogether = 10;
const devicesTogether = 25;

/** Places in one question: a statement for each point code, over all these devices. */
export interface LastQuestion {
  readonly pointCodes: readonly string[];
  readonly places: readonly StoredPlace[];
}

/** Groups places into questions. Devices of one kind have the same points, so they are requested together. */
export function lastQuestions(places: readonly StoredPlace[]): LastQuestion[] {
  const devices = Map.groupBy(places, ({ deviceCode }) => deviceCode);
  const kinds = Map.groupBy(devices.values(), (ofDevice) =>
    JSON.stringify(ofDevice.map(({ pointCode }) => pointCode).sort()),
  );
  return [...kinds.values()].flatMap((alike) => {
    const codes = [...new Set((alike[0] ?? []).map(({ pointCode }) => pointCode))];
    return parts(alike, devicesTogether).flatMap((some) =>
      parts(codes, pointsTogether).map((pointCodes) => ({ pointCodes, places: some.flat() })),
    );
  });
}

function parts<T>(all: readonly T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / length) }, (_, index) =>
    all.slice(index * length, (index + 1) * length),
  );
}

export function lastStatement({ pointCodes, places }: LastQuestion): string {
  const { from, condition } = devicesIn(places);
  return pointCodes
    .map(
      (code) =>
        `SELECT ${quoteIdentifier(code)}::field AS "value" ${from} WHERE ${condition} ` +
        'GROUP BY "device", "quality" ORDER BY time DESC LIMIT 1',
    )
    .join('; ');
}

/** The latest value of each place: a device may have written under several measurements and qualities. */
export function readLastAnswer(
  documents: readonly unknown[],
  { pointCodes }: LastQuestion,
): Answer<HistoryPoint> {
  const answer = readSeries(documents);
  if (!answer.ok) return answer;
  const youngest = new Map<string, HistoryPoint>();
  for (const [index, statement] of answer.results.entries()) {
    const pointCode = pointCodes[index] ?? '';
    for (const point of statement.flatMap((series) => pointsOf(series, pointCode))) {
      const key = JSON.stringify([point.device, pointCode]);
      const other = youngest.get(key);
      const isBetter =
        !other || point.time > other.time || (+point.time === +other.time && point.quality === 'good');
      if (isBetter) youngest.set(key, point);
    }
  }
  return { ok: true, results: [...youngest.values()] };
}
