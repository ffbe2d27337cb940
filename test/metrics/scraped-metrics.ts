export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The metrics that a service exposes at one moment. */
export class Scrape {
  readonly text: string;
  /** Names by `# TYPE` lines: also those that have no series yet. */
  readonly names: ReadonlySet<string>;
  readonly series: readonly Series[];

  constructor(text: string) {
    this.text = text;
    this.names = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));
    this.series = text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map(seriesOf);
  }

  /** Sum over the series that have these labels; undefined when there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const matches = this.series.filter(
      (series) =>
        series.name === name &&
        Object.entries(labels).every(([label, value]) => series.labels[label] === value),
    );
    return matches.length === 0 ? undefined : matches.reduce((sum, { value }) => sum + value, 0);
  }
}

export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return new Scrape(await response.text());
}

function seriesOf(line: string): Series {
  const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
  if (!match) throw new Error(`not a series: ${line}`);
  const [, name = '', labels = '', value = ''] = match;
  return {
    name,
    labels: Object.fromEntries(
      [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label, text]),
    ),
    value: Number(value),
  };
}
