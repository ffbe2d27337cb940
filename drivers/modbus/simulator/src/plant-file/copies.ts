import { copyNumbers, suffixed } from '@holdfast/plant/plant-file/copies.ts';
import type { Described } from '@holdfast/plant/simulator.ts';
import type { EndpointOfFile, UnitOfFile } from './plant-file-schema.ts';

export type PlainEndpoint = Described<EndpointOfFile> & {
  readonly name: string;
  readonly units: readonly (Described<UnitOfFile> & { readonly device: string; readonly unitId: number })[];
  /** Added to the port, and to the name of a pty. */
  readonly copy: number | undefined;
};

/** Every endpoint and unit by itself. */
export function withoutCopies(endpoints: readonly Described<EndpointOfFile>[]): readonly PlainEndpoint[] {
  return endpoints.flatMap(({ path, of: endpoint }) =>
    copyNumbers(endpoint.copies).map((copy) => ({
      path,
      of: endpoint,
      copy,
      name: suffixed(endpoint.name ?? endpoint.units[0]?.device ?? '', copy),
      units: endpoint.units.flatMap((unit, at) =>
        copyNumbers(unit.copies).map((number) => ({
          path: [...path, 'units', at],
          of: unit,
          device: suffixed(suffixed(unit.device, copy), number),
          unitId: unit.unit_id + (number ?? 1) - 1,
        })),
      ),
    })),
  );
}
