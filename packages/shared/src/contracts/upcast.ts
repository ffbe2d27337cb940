/** A step turns the data of one version into that of the next. */
export type UpcastStep = (data: Record<string, unknown>, type: string) => Record<string, unknown>;

export type Upcast =
  | { readonly ok: true; readonly data: Record<string, unknown> }
  | { readonly ok: false; readonly problem: string };

/** Brings event data of any older version to `current`, one step after another. */
export function upcast(
  data: Record<string, unknown> & { schema_version: number },
  type: string,
  current: number,
  steps: Readonly<Record<number, UpcastStep>>,
): Upcast {
  let version = data.schema_version;
  if (version > current) {
    return {
      ok: false,
      problem: `${type} has schema version ${version}, this release reads up to ${current}: upgrade it`,
    };
  }
  let upcasted: Record<string, unknown> = data;
  for (; version < current; version += 1) {
    const step = steps[version];
    if (!step) return { ok: false, problem: `${type} has schema version ${version}, which no release wrote` };
    upcasted = { ...step(upcasted, type), schema_version: version + 1 };
  }
  return { ok: true, data: upcasted };
}
