import type { Rolldown } from 'vite';

type Graph = Parameters<Extract<Rolldown.CodeSplittingGroup['name'], (...args: never[]) => unknown>>[1];

/**
 * Puts all that the first page needs into one file. Left to itself the build makes a file of each module that some screen needs as
 * well: thirty of them, each packed by itself.
 */
export function firstLoad(): Rolldown.CodeSplittingOptions {
  const known = new Map<string, boolean>();
  const isFirst = (id: string, graph: Graph): boolean => {
    const found = known.get(id);
    if (found !== undefined) return found;
    // Modules that import each other are asked in a circle.
    known.set(id, false);
    const info = graph.getModuleInfo(id);
    const is = info !== null && (info.isEntry || info.importers.some((importer) => isFirst(importer, graph)));
    known.set(id, is);
    return is;
  };
  return { groups: [{ name: (id, graph) => (isFirst(id, graph) ? 'first' : null) }] };
}
