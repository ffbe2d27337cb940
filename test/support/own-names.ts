/** Loaded into a process of a test before its own modules: DNS that knows the names in OWN_NAMES, too. */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

// biome-ignore lint/style/noProcessEnv: a test gives them to the process
const names = JSON.parse(process.env.OWN_NAMES ?? '{}') as Record<string, string>;
for (const module of [dns, dns.promises]) {
  const { lookup } = module;
  Object.assign(module, {
    lookup: (host: string, ...rest: unknown[]) =>
      Reflect.apply(lookup, module, [names[host] ?? host, ...rest]),
  });
}
syncBuiltinESMExports();
