/** Settings without which no program starts. */
export const neededSettings: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://user@localhost/holdfast',
};

/** The settings that a program's schema asks its environment for, and its configuration with only the needed ones. */
export function settingsOf(read: (environment: Record<string, string | undefined>) => object): {
  asked: ReadonlySet<string>;
  config: Readonly<Record<string, unknown>>;
} {
  const asked = new Set<string>();
  const environment = new Proxy<Record<string, string | undefined>>(neededSettings, {
    get: (values, name) => {
      if (typeof name !== 'string') return undefined;
      if (/^[A-Z][A-Z0-9_]*$/.test(name) && !name.endsWith('_FILE')) asked.add(name);
      // Settings that are names of files themselves.
      if (name.endsWith('_FILE_FILE')) asked.add(name.slice(0, -'_FILE'.length));
      return values[name];
    },
  });
  return { asked, config: { ...read(environment) } };
}
