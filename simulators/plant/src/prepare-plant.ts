import type * as z from 'zod';
import type { PlantPart } from './plant.ts';
import { type FileProblem, problemsOf } from './plant-file/plant-file-error.ts';
import type { Described, EndpointOfFile, PlantFilePlace, Simulator } from './simulator.ts';

/**
 * Gives each endpoint to the simulator of its protocol. Opens nothing.
 * @param endpoints as a plant file has them
 * @throws PlantProblems with everything that is wrong
 */
export function preparePlant(
  endpoints: readonly EndpointOfFile[],
  simulators: readonly Simulator[],
  place: Omit<PlantFilePlace, 'complain'>,
): readonly PlantPart[] {
  const parsedEndpoints = endpoints.map((endpoint, index) => {
    const path = ['endpoints', index];
    const simulator = simulators.find(({ protocols }) => protocols.includes(endpoint.protocol));
    if (!simulator) {
      const names = simulators.flatMap(({ protocols }) => protocols).join(', ');
      const message = `there is no ${JSON.stringify(endpoint.protocol)}; there are ${names}`;
      return { problems: [{ path: [...path, 'protocol'], message }] };
    }
    const parsed = simulator.endpointSchema.safeParse(endpoint);
    if (parsed.success) return { simulator, described: { path, of: parsed.data }, problems: [] };
    return { problems: under(path, parsed.error) };
  });
  const wrong = parsedEndpoints.flatMap(({ problems }) => problems);
  if (wrong.length > 0) throw new PlantProblems(wrong);

  const problems: FileProblem[] = [];
  const parts = simulators.flatMap((simulator): PlantPart[] => {
    const own = parsedEndpoints.flatMap((each): Described<EndpointOfFile>[] =>
      each.simulator === simulator && each.described ? [each.described] : [],
    );
    if (own.length === 0) return [];
    const prepared = simulator.prepare(own, { ...place, complain: (problem) => problems.push(problem) });
    return [{ simulator, prepared }];
  });
  const claims = new Set<string>();
  for (const { what, path } of parts.flatMap(({ prepared }) => prepared.takes)) {
    if (claims.has(what)) problems.push({ path, message: `there are two: ${what}` });
    claims.add(what);
  }
  if (problems.length > 0) throw new PlantProblems(withoutRepeats(problems));
  return parts;
}

/** A plant cannot be played as it is described. */
export class PlantProblems extends Error {
  override readonly name = 'PlantProblems';
  readonly problems: readonly FileProblem[];

  constructor(problems: readonly FileProblem[]) {
    super(problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
    this.problems = problems;
  }
}

function under(path: readonly PropertyKey[], error: z.ZodError): FileProblem[] {
  return problemsOf(error).map((problem) => ({ ...problem, path: [...path, ...problem.path] }));
}

/** The problems without those of copies, which only repeat the problems of the original. */
function withoutRepeats(problems: readonly FileProblem[]): readonly FileProblem[] {
  return [...new Map(problems.map((each) => [`${each.path.join(' ')} ${each.message}`, each])).values()];
}
