import type { SessionNeeds } from '../session/events.ts';

/** Prefix of the labels that a collector has by itself. They are never configured. */
const prefix = 'driver.';
const value = 'yes';

type Labels = Readonly<Record<string, string>>;

/** The label of collectors that load the driver of a protocol; its value is `yes`. */
export function driverLabel(protocol: string): string {
  return `${prefix}${protocol}`;
}

/** The labels of a collector with these drivers. */
export function driverLabels(protocols: readonly string[]): Record<string, string> {
  return Object.fromEntries(protocols.map((protocol) => [driverLabel(protocol), value]));
}

export function isDriverLabel(name: string): boolean {
  return name.startsWith(prefix);
}

export function hasDriver(labels: Labels, protocol: string): boolean {
  return labels[driverLabel(protocol)] === value;
}

/** The protocols of a collector's drivers. */
export function driversIn(labels: Labels): string[] {
  const protocols = Object.keys(labels).flatMap((name) =>
    isDriverLabel(name) ? [name.slice(prefix.length)] : [],
  );
  return protocols.filter((protocol) => hasDriver(labels, protocol)).sort();
}

/** The labels that people gave a collector, without those of its drivers. */
export function ownLabels(labels: Labels): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !isDriverLabel(name)));
}

/** Whether a collector has the labels that the session's task requires. */
export function hasRequiredLabels(labels: Labels, needs: SessionNeeds | undefined): boolean {
  return Object.entries(needs?.labels ?? {}).every(([name, required]) => labels[name] === required);
}

/** Whether a collector with these labels can have the session. It needs the task's labels and the devices' drivers. */
export function canRead(labels: Labels, needs: SessionNeeds | undefined): boolean {
  return (
    hasRequiredLabels(labels, needs) &&
    Object.keys(needs?.drivers ?? {}).every((protocol) => hasDriver(labels, protocol))
  );
}
