import type { Rolldown } from 'vite';

type Graph = Parameters<Extract<Rolldown.CodeSplittingGroup['name'], (...args: never[]) => unknown>>[1];

/**
 * Puts everything that the first page needs into one file. By itself the build makes a file of each module that some screen
 * needs as well: thirty files, each compressed separately.
 */
export function firstLoad(): Rolldown.CodeSplittingOptions {
  const isFirstById = new Map<string, boolean>();
  const isFirst = (id: string, graph: Graph): boolean => {
    const cached = isFirstById.get(id);
    if (cached !== undefined) return cached;
    // Breaks the circle where modules import each other.
    isFirstById.set(id, false);
    const info = graph.getModuleInfo(id);
    const isIn =
      info !== null && (info.isEntry || info.importers.some((importer) => isFirst(importer, graph)));
    isFirstById.set(id, isIn);
    return isIn;
  };
  return { groups: [{ name: (id, graph) => (isFirst(id, graph) ? 'first' : null) }] };
}
