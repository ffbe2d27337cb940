import type { EndpointOfFile, PlantFile, UnitOfFile } from './plant-file-schema.ts';

/** Where something of the file was described: for what is said about it. */
export interface Described<T> {
  readonly path: readonly PropertyKey[];
  readonly of: T;
}

export type PlainEndpoint = Described<EndpointOfFile> & {
  readonly name: string;
  readonly units: readonly (Described<UnitOfFile> & { readonly device: string; readonly unitId: number })[];
  /** To be added to the port, and to the name of a pty. */
  readonly copy: number | undefined;
};

/** Every endpoint and unit by itself. */
export function withoutCopies({ endpoints }: PlantFile): readonly PlainEndpoint[] {
  return endpoints.flatMap((endpoint, index) =>
    numbers(endpoint.copies).map((copy) => ({
      path: ['endpoints', index],
      of: endpoint,
      copy,
      name: suffixed(endpoint.name ?? endpoint.units[0]?.device ?? '', copy),
      units: endpoint.units.flatMap((unit, at) =>
        numbers(unit.copies).map((number) => ({
          path: ['endpoints', index, 'units', at],
          of: unit,
          device: suffixed(suffixed(unit.device, copy), number),
          unitId: unit.unit_id + (number ?? 1) - 1,
        })),
      ),
    })),
  );
}

function numbers(copies: number | undefined): readonly (number | undefined)[] {
  return copies === undefined ? [undefined] : Array.from({ length: copies }, (_, index) => index + 1);
}

export function suffixed(name: string, copy: number | undefined): string {
  return copy === undefined ? name : `${name}-${copy}`;
}
