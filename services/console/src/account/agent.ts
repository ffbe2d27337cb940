/** Browsers in the order of the search: the agent of each also names those after it. */
const browsers = [
  ['Edge', /Edg/],
  ['Opera', /OPR/],
  ['Firefox', /Firefox|FxiOS/],
  ['Chrome', /Chrom|CriOS/],
  ['Safari', /Safari/],
] as const;
const systems = [
  ['Android', /Android/],
  ['iOS', /iPhone|iPad/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS/],
  ['Linux', /Linux|X11/],
] as const;

/** The browser and the system that an HTTP user agent names, or undefined for anything else, like a command line. */
export function agentOf(agent: string): { readonly browser: string; readonly system: string } | undefined {
  const browser = browsers.find(([, sign]) => sign.test(agent))?.[0];
  const system = systems.find(([, sign]) => sign.test(agent))?.[0];
  return browser && system ? { browser, system } : undefined;
}
