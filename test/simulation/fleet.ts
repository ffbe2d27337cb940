import { Link } from './broker/link.ts';
import type { SimBroker } from './broker/sim-broker.ts';
import { SimProcess } from './kernel/process.ts';
import type { Random } from './kernel/random.ts';
import type { World } from './kernel/world.ts';
import type { ServiceContext } from './services/service.ts';
import { type CollectorLife, startCollector } from './services/sim-collector.ts';
import { type SupervisorLife, startSupervisor } from './services/sim-supervisor.ts';

export type Kind = 'supervisor' | 'collector';

/** A place where a process is configured to run; its lives follow one another. */
export interface Slot {
  readonly kind: Kind;
  /** The name that the process is configured with: two slots may share one. */
  readonly name: string;
  readonly host: string;
  /**
   * Both clocks of a process can be fooled together (suspended, and the wall clock set back by as much), and
   * nothing local can notice. So a host is either suspended or has its clock set back, never both.
   */
  readonly suspends: boolean;
  life: CollectorLife | SupervisorLife | undefined;
  lives: number;
  isLeaving: boolean;
}

export interface FleetOptions {
  readonly world: World;
  readonly broker: SimBroker;
  readonly random: Random;
  readonly contextFor: (slot: Slot, link: Link) => ServiceContext;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly slots: Slot[] = [];
  readonly #links = new Set<Link>();
  readonly #processes = new Map<string, SimProcess>();
  readonly #lives: (CollectorLife | SupervisorLife)[] = [];
  #isKeptUp = false;

  constructor(options: FleetOptions) {
    this.#options = options;
    options.broker.onRestarted = () => {
      for (const link of this.#links) link.reconnect();
      options.broker.queue.dispatchAll();
    };
  }

  add(kind: Kind, name: string, host: string): Slot {
    const suspends = this.#options.random.chance(0.5);
    const slot: Slot = { kind, name, host, suspends, life: undefined, lives: 0, isLeaving: false };
    this.slots.push(slot);
    return slot;
  }

  /** A process of its own that belongs to no slot. */
  process(name: string, host: string): { process: SimProcess; link: Link } {
    const { world, broker, random } = this.#options;
    const instance = `${name}#${this.#processes.size + 1}`;
    const clock = { wallOffsetMs: random.between(-200, 200), rate: 1 + random.between(-0.0005, 0.0005) };
    const process = new SimProcess(world, { name, instance, host }, clock);
    const link = new Link(process, () => broker.isUp());
    this.#processes.set(instance, process);
    this.#links.add(link);
    return { process, link };
  }

  start(slot: Slot): void {
    if (slot.life?.process.isAlive) return;
    slot.lives += 1;
    slot.isLeaving = false;
    const { process, link } = this.process(slot.name, slot.host);
    const context = this.#options.contextFor(slot, link);
    process.tell('starts');
    slot.life =
      slot.kind === 'collector' ? startCollector(process, context) : startSupervisor(process, context);
    this.#lives.push(slot.life);
  }

  kill(slot: Slot, why: string): void {
    const { life } = slot;
    if (!life?.process.isAlive) return;
    life.process.tell(why);
    life.process.continue();
    life.process.kill();
    life.died();
    this.#links.delete(life.link);
    if (this.#isKeptUp) this.#options.world.after(200, () => this.start(slot));
  }

  /** From now on starts again every process that is down, or goes down. */
  keepUp(): void {
    this.#isKeptUp = true;
    for (const slot of this.slots) this.start(slot);
  }

  /** SIGTERM; by force when it takes too long. */
  drain(slot: Slot, timeoutMs: number): void {
    const { life } = slot;
    if (!life?.process.isAlive || slot.isLeaving) return;
    slot.isLeaving = true;
    const { world } = this.#options;
    world.after(timeoutMs, () => {
      if (slot.life === life) this.kill(slot, 'did not end in time');
    });
    life.process.deliver(() => {
      life.process.tell('SIGTERM');
      void life.drain().then(() => {
        if (slot.life !== life || !life.process.isAlive) return;
        world.note('drained');
        this.kill(slot, 'exits');
      });
    });
  }

  /** The world is over: releases what still waits to stop, since Node keeps what listens to signals in memory. */
  abandon(): void {
    for (const life of this.#lives) void life.drain().catch(() => undefined);
  }

  isKnownDead(instance: string): boolean {
    return this.#processes.get(instance)?.isAlive === false;
  }

  *collectors(): Iterable<CollectorLife> {
    for (const { life } of this.slots) if (life?.kind === 'collector' && life.process.isAlive) yield life;
  }

  *supervisors(): Iterable<SupervisorLife> {
    for (const { life } of this.slots) if (life?.kind === 'supervisor' && life.process.isAlive) yield life;
  }

  links(): Iterable<Link> {
    return this.#links;
  }
}
