import { once } from 'node:events';
import { ApiRefusal } from '@holdfast/api-client/api-failures.ts';
import { type PatientClient, patientClient } from '@holdfast/api-client/patient-client.ts';
import { simulatorFolders } from '@holdfast/plant/find-simulators.ts';
import { demoConfiguration, demoDeviceCodes } from '@holdfast/plant/workshop.ts';
import { sampleStoreProblem } from '@holdfast/sample-store/open-sample-store.ts';
import { issuedLinkSchema } from '@holdfast/shared/contracts/http/access-http.ts';
import type { StackConfig } from '../config.ts';
import { buildConsole } from '../console/build-console.ts';
import { sourcesOfConsole } from '../console/console-sources.ts';
import { bringUpDemo } from './bring-up-demo.ts';
import { brokerKeys } from './broker-keys.ts';
import { childNotes } from './child-notes.ts';
import { readSession } from './demo-session.ts';
import { openHomeFolder, PROJECT_ROOT } from './home-folder.ts';
import { type Reloadable, reloadOnChange } from './hot-reload.ts';
import { natsServer, postgresServer } from './local-servers.ts';
import { openLogFile } from './log-file.ts';
import { alsoTo, type LogStream } from './log-stream.ts';
import { claimHome } from './running-stack.ts';
import {
  alarmsProcess,
  apiProcess,
  apiUrl,
  collectorProcess,
  edgeProcess,
  simulatorProcess,
  supervisorProcess,
  writerProcess,
} from './service-children.ts';
import { type SourceWatch, watchSources } from './source-watch.ts';
import { StackError } from './stack-error.ts';
import { isTaken, stackKey } from './stack-key.ts';
import { chooseStackPorts } from './stack-ports.ts';
import { type Stage, StagedChildren } from './staged-children.ts';
import { type LiveProcess, SupervisedChild } from './supervised-child.ts';
import { whatNext } from './what-next.ts';

/**
 * Runs the whole stack until `stop` is aborted, then ends it in order.
 * @param options `edge`: API, supervisor, alarms, writer and one collector are one process; `watch`: services whose sources change
 * are restarted
 * @returns the exit code
 * @throws StackError, LocalServerError when it cannot run; whatever was started has then been stopped
 */
export async function runLocalStack(
  config: StackConfig,
  terminal: LogStream,
  stop: AbortSignal,
  { watch = false, edge = false }: { readonly watch?: boolean; readonly edge?: boolean } = {},
): Promise<number> {
  const since = new Date();
  const begunAt = performance.now();
  const problem = await sampleStoreProblem(config);
  if (problem !== undefined) throw new StackError(`SAMPLE_STORE=${config.SAMPLE_STORE}: ${problem}`);
  const home = await openHomeFolder(config.HOLDFAST_HOME);
  // biome-ignore lint/style/noProcessEnv: all processes inherit it; Node does without a folder that cannot be written
  process.env.NODE_COMPILE_CACHE ??= home.compiled;
  const claim = await claimHome(home.runningFile, (names) =>
    terminal.say(`  waiting for what a killed run left behind to end: ${names.join(', ')}`),
  );
  const logs = alsoTo(
    terminal,
    openLogFile(home.logFile, (error) =>
      terminal.warn(`${home.logFile} cannot be written: ${String(error)}`),
    ),
  );
  const children = new StagedChildren(logs);
  const child = (name: string, spawn: () => Promise<LiveProcess>) =>
    new SupervisedChild({ name, spawn, ...childNotes(name, logs, claim) });
  try {
    const ports = await chooseStackPorts(home.portsFile, {
      apiHost: config.API_HOST,
      api: config.API_PORT,
      nats: config.NATS_PORT,
      machines: demoDeviceCodes.length,
    });
    const api = apiUrl(config.API_HOST, ports.api);
    const natsUrl = `nats://127.0.0.1:${ports.nats}`;
    const simulatorUrl = `http://127.0.0.1:${ports.simulatorControl}`;
    await claim.publish({
      api_url: api,
      nats_url: natsUrl,
      postgres_port: ports.postgres,
      simulator_url: simulatorUrl,
    });
    const lastMachine = ports.simulatorBase + demoDeviceCodes.length - 1;
    const where: Readonly<Record<string, string>> = {
      nats: `${natsUrl}, monitoring http://127.0.0.1:${ports.natsMonitor}`,
      postgres: `127.0.0.1:${ports.postgres}`,
      ...(config.INFLUX_URL !== undefined && config.SAMPLE_STORE === 'influx'
        ? { writer: `values go to bucket ${config.INFLUX_BUCKET} of ${new URL(config.INFLUX_URL).host}` }
        : {}),
      simulator: `127.0.0.1:${ports.simulatorBase}–${lastMachine}, faults ${simulatorUrl}`,
      api,
    };
    const onReady = (name: string): void => {
      const text = `✓ ${name.padEnd(12)}${where[name] ?? `process ${children.pidOf(name)}`}`;
      logs.say(text, { ready: name, pid: children.pidOf(name) });
    };

    const shownLog = `${home.shownPath}/holdfast.log`;
    logs.say(`Holdfast on this machine; its data is in ${home.shownPath}, its log in ${shownLog}`, {
      home: home.path,
      log: home.logFile,
    });
    // The build runs while the servers start; the API serves it as soon as it is there.
    const building = buildConsole().catch((error: unknown) => error);
    const postgres = postgresServer({ home, port: ports.postgres, logs });
    const keys = await brokerKeys(home, natsUrl);
    const nats = natsServer({ home, port: ports.nats, monitorPort: ports.natsMonitor, keys, logs });
    const simulator = simulatorProcess({
      basePort: ports.simulatorBase,
      controlPort: ports.simulatorControl,
      logs,
    });
    const simulated = [child('simulator', simulator)];
    await children.start(
      [[child('nats', nats.spawn), child('postgres', postgres.spawn)], simulated],
      stop,
      onReady,
    );

    const settings = { config, logs, natsUrl, ...keys };
    const withDatabase = { ...settings, databaseUrl: postgres.databaseUrl };
    const key = await stackKey(home.adminKeyFile);
    const demo = demoConfiguration({
      host: '127.0.0.1',
      ports: demoDeviceCodes.map((_, index) => ports.simulatorBase + index),
    });
    const withApi = { ...withDatabase, port: ports.api, firstKey: key.text, demo };
    const { stages, watched } = edge
      ? edgeStages(child, { ...withApi, spoolDir: home.spool })
      : serviceStages(child, config.COLLECTORS, { ...withApi, spoolDir: home.spool });
    await children.start(stages, stop, onReady);
    const built = await building;
    if (built instanceof Error)
      logs.warn(`There is no console, or an old one; all else works: ${built.message}`);
    else logs.say(`✓ ${'console'.padEnd(12)}${api}/`, { ready: 'console' });

    const patience = { retryEveryMs: 200, giveUpAfterMs: 60_000, signal: stop };
    const withKey = patientClient(api, { ...patience, key: key.text });
    const shownKeyFile = `${home.shownPath}/admin-key`;
    const isKeyTaken = await isTaken(key, home.adminKeyFile, withKey);
    if (isKeyTaken && key.isNew) {
      logs.say(`✓ key         of an administrator, for callers from other machines: ${shownKeyFile}`, {
        file: shownKeyFile,
      });
      logs.confide(`  key         ${key.text} (shown this once)`);
    }
    const needsKey = !config.API_ANONYMOUS_LOOPBACK;
    // As long as this machine needs no key, its user acts.
    const client = needsKey ? withKey : patientClient(api, patience);
    if (needsKey && !isKeyTaken) {
      logs.warn(
        `✗ key         the API takes no key from ${shownKeyFile}: everything runs, and the demo is left as it is. ` +
          'Put the key of an administrator into that file for the next start.',
      );
    }
    const runningDemo =
      needsKey && !isKeyTaken
        ? undefined
        : await bringUpDemo({
            api: client,
            demoFile: home.demoFile,
            configuration: demo,
            since,
            logs,
            signal: stop,
          });
    const holderName = runningDemo && (await readSession(client, runningDemo.session.id)).collector_id;
    const holderPid = holderName ? children.pidOf(holderName) : undefined;
    const lines = whatNext({
      apiUrl: api,
      natsContextFile: `${home.shownPath}/nats-context.json`,
      simulatorUrl,
      keyFile: needsKey ? shownKeyFile : undefined,
      demo: runningDemo,
      holder: holderName && holderPid !== undefined ? { name: holderName, pid: holderPid } : undefined,
    });
    logs.show(lines, {
      event: 'ready',
      api_url: api,
      nats_url: natsUrl,
      session_id: runningDemo?.session.id ?? null,
      after_seconds: Math.round((performance.now() - begunAt) / 100) / 10,
    });
    const link = needsKey && !isKeyTaken ? undefined : await firstLink(client);
    if (link !== undefined) {
      logs.confide(`  For logins in a browser, make the first administrator (works once)\n    ${link}\n`);
    }
    if (watch && !stop.aborted) {
      void rebuildConsole(logs, stop);
      // Shared sources do not restart the simulator: a plant that goes down at each change would get in the way.
      const plant = simulated.map((each) => ({
        child: each,
        folders: ['simulators/plant/src', ...simulatorFolders()],
      }));
      const all = [plant, ...watched];
      await reloadOnChange(watchServices(all, logs), all, logs, stop);
    }
    if (!stop.aborted) await once(stop, 'abort');
  } catch (error) {
    // A failure counts only if no stop was requested.
    if (!stop.aborted) {
      await children.stop();
      await claim.release();
      throw error;
    }
  }
  logs.say('Stopping. Sessions stay as they are and go on at the next start.');
  const unclean = await children.stop();
  await claim.release();
  if (unclean.length === 0) {
    logs.say('Stopped.');
    return 0;
  }
  logs.warn(`Stopped, but not cleanly: ${unclean.join(', ')}. Their logs above say why; no session is lost.`);
  return 1;
}

type MakeChild = (name: string, spawn: () => Promise<LiveProcess>) => SupervisedChild;
type StackSettings = Parameters<typeof edgeProcess>[1];

/** The services in the order in which they start, and with the folders of their sources. */
interface ServiceStages {
  readonly stages: readonly Stage[];
  readonly watched: readonly (readonly Reloadable[])[];
}

const shared = 'packages/shared/src';

function serviceStages(child: MakeChild, collectorCount: number, settings: StackSettings): ServiceStages {
  // The writer stops after the collectors: it writes the samples that they send while they drain.
  const writer = child('writer', writerProcess(settings));
  const collectors = Array.from({ length: collectorCount }, (_, index) => {
    const id = `collector-${index + 1}`;
    return child(id, collectorProcess(id, settings));
  });
  // The supervisor stops first: it would move the sessions of a draining collector to one that is about to drain.
  const supervisor = child('supervisor', supervisorProcess(settings));
  // For the same reason: a session of a draining collector is not read, and nobody need be told.
  const alarms = child('alarms', alarmsProcess(settings));
  const api = child('api', apiProcess(settings));
  const of = (each: SupervisedChild, service: string) => ({
    child: each,
    folders: [`services/${service}/src`, shared],
  });
  return {
    stages: [[writer], collectors, [supervisor, alarms, api]],
    watched: [
      [of(writer, 'writer')],
      collectors.map((each) => of(each, 'collector')),
      [of(supervisor, 'supervisor'), of(alarms, 'alarms'), of(api, 'api')],
    ],
  };
}

function edgeStages(child: MakeChild, settings: StackSettings): ServiceStages {
  const edge = child('edge', edgeProcess('collector-1', settings));
  const folders = ['edge', 'api', 'supervisor', 'alarms', 'collector', 'writer'].map(
    (name) => `services/${name}/src`,
  );
  return { stages: [[edge]], watched: [[{ child: edge, folders: [...folders, shared] }]] };
}

function watchServices(stages: readonly (readonly Reloadable[])[], logs: LogStream): SourceWatch {
  const folders = new Set(stages.flat().flatMap((each) => each.folders));
  return watchSources(PROJECT_ROOT, [...folders], (reason) =>
    logs.warn(`Changes of sources have to be looked for once a second: ${reason}`),
  );
}

/** Builds the console again whenever its sources change, until `stop` is aborted; a reload of the page shows it. */
async function rebuildConsole(logs: LogStream, stop: AbortSignal): Promise<void> {
  const watch = watchSources(PROJECT_ROOT, sourcesOfConsole, () => {});
  stop.addEventListener('abort', () => watch.close());
  while (!stop.aborted) {
    await watch.hint();
    if (stop.aborted) return;
    try {
      if (await buildConsole()) logs.say('↻ the console is rebuilt: reload its page');
    } catch (error) {
      logs.warn(`The console could not be built, the former one stays: ${String(error)}`);
    }
  }
}

/** Address of the page that makes the first administrator, or undefined if there is one already. */
async function firstLink(api: PatientClient): Promise<string | undefined> {
  try {
    return (await api.post('/api/system/users/first-link/', {}, issuedLinkSchema)).url;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 409) return undefined;
    throw error;
  }
}
