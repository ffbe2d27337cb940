import { numbersOf, segmentOf } from './carried/source-lines.ts';

/** A source map that tells the lines of some sources and nothing else: a sixth of the whole, which is read for a stack. */
export function linesOf(map: string, isWanted: (source: string) => boolean): string {
  const whole: { sources: string[]; mappings: string } = JSON.parse(map);
  const sources = whole.sources.filter(isWanted);
  const newIndex = whole.sources.map((source) => sources.indexOf(source));
  let [source, line, lastSource, lastLine] = [0, 0, 0, 0];
  const mappings = whole.mappings.split(';').map((segments) => {
    let [column, lastColumn, lastPlace] = [0, 0, ''];
    return segments
      .split(',')
      .flatMap((segment) => {
        const [columns = 0, ofSource, ofLine = 0] = numbersOf(segment);
        if (ofSource === undefined) return [];
        column += columns;
        source += ofSource;
        line += ofLine;
        const index = newIndex[source] ?? -1;
        const place = index < 0 ? 'nothing' : `${index} ${line}`;
        if (place === lastPlace) return [];
        lastPlace = place;
        const numbers = [column - lastColumn];
        lastColumn = column;
        if (index >= 0) {
          numbers.push(index - lastSource, line - lastLine, 0);
          [lastSource, lastLine] = [index, line];
        }
        return [segmentOf(numbers)];
      })
      .join(',');
  });
  return JSON.stringify({ version: 3, sources, names: [], mappings: mappings.join(';') });
}
