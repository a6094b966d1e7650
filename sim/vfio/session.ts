/**
 * A script's run: the containers, processes and groups that it names, and each call performed on them.
 * What a call does is the models' business (models/kernel/vfio); here names become things, and answers
 * become results.
 */
import { InputError } from '../../models/input-error.ts';
import { refuse } from '../../models/kernel/call-result.ts';
import type { ContainerType } from '../../models/kernel/vfio/calls.ts';
import { EXTENSION, type VfioContainer } from '../../models/kernel/vfio/container.ts';
import type { DmaWindow } from '../../models/kernel/vfio/dma-window.ts';
import { suggest } from '../../traces/nearest.ts';
import { Arguments } from './arguments.ts';
import { answerClosed, type ContainerCall, performOnContainer } from './container-calls.ts';
import { transfer } from './device.ts';
import type { DeviceGroup, ScriptMachine } from './machine.ts';
import { MappedRuns } from './mapped-runs.ts';
import { answered, type Outcome, outcomeOf } from './outcome.ts';
import { type PageShifts, type Program, ProgramMemory, RealMemory } from './program-memory.ts';
import { type Call, NOTHING_TO_LOOK_AT } from './script.ts';

/** Numbers of VFIO_SET_IOMMU that the sPAPR TCE driver knows. */
const CONTAINER_TYPES = new Map<bigint, ContainerType>([
  [BigInt(EXTENSION.v1), 'v1'],
  [BigInt(EXTENSION.v2), 'v2'],
]);

/** An open container. */
interface OpenContainer {
  readonly container: VfioContainer;
  readonly opener: Program;
}

/** A group, and which container has it. */
interface Member extends DeviceGroup {
  holder: VfioContainer | undefined;
  /** The container that had it last: its windows, and what was mapped there, outlive a DETACH. */
  lastHolder: VfioContainer | undefined;
}

export class Session {
  readonly mapped = new MappedRuns();
  readonly machine: ScriptMachine;
  private readonly pageShifts: PageShifts;
  private readonly defaultType: ContainerType;
  private readonly real = new RealMemory();
  private readonly containers = new Map<string, OpenContainer>();
  /** Names of containers that are closed. */
  private readonly closed = new Set<string>();
  private readonly programs = new Map<string, Program>();
  private readonly members = new Map<string, Member>();

  constructor(machine: ScriptMachine, pageShifts: PageShifts, defaultType: ContainerType) {
    this.machine = machine;
    this.pageShifts = pageShifts;
    this.defaultType = defaultType;
  }

  /** A container with a group in it, as the program has it when its output begins. */
  openDefault(): Outcome {
    const opener = this.programOf('0');
    const container = this.machine.openContainer(this.defaultType, opener.process);
    this.containers.set('0', { container, opener });
    return this.attachTo(container, this.memberOf('0', 'group'));
  }

  /** Performs a call. Throws InputError where the script names what is not there. */
  perform(call: Call): Outcome {
    const given = new Arguments(call);
    if (this.isClosed(call, given)) return answerClosed(call);
    switch (call.name) {
      case 'OPEN':
        return this.open(given);
      case 'CLOSE':
        return this.close(given);
      case 'ATTACH':
        return this.attachTo(this.containerOf(given).container, this.memberGiven(given));
      case 'DETACH':
        return this.detach(given);
      case 'DMA':
        return this.transfer(given);
      case 'DUMP':
        return outcomeOf({});
      default:
        return this.callContainer(call.name, given);
    }
  }

  /** The group that the script named first, and the windows that its device has. */
  get firstGroup(): { readonly pe: number; readonly windows: readonly DmaWindow[] } {
    const [first] = this.members.values();
    const { pe, holder } = first ?? this.memberOf('0', 'group');
    return { pe, windows: holder?.windows ?? [] };
  }

  private open(given: Arguments): Outcome {
    const name = given.name('container');
    if (this.containers.has(name)) {
      throw new InputError(`${given.placeOf('container')}: container '${name}' is open already`);
    }
    const number = given.numberIfAny('type');
    const type = number === undefined ? this.defaultType : CONTAINER_TYPES.get(number);
    if (type === undefined) return answered(refuse('EINVAL', `there is no IOMMU type ${number}`));
    const opener = this.programOf(given.name('process'));
    const container = this.machine.openContainer(type, opener.process);
    this.containers.set(name, { container, opener });
    this.closed.delete(name);
    return answered({ rc: 0 });
  }

  private close(given: Arguments): Outcome {
    const { container } = this.containerOf(given);
    container.release();
    for (const member of this.members.values()) {
      if (member.holder === container) member.holder = undefined;
    }
    const name = given.name('container');
    this.containers.delete(name);
    this.closed.add(name);
    return answered({ rc: 0 });
  }

  /** vfio_group_set_container: a group is in one container at a time (drivers/vfio/vfio.c). */
  private attachTo(container: VfioContainer, member: Member): Outcome {
    const { holder, group } = member;
    if (holder !== undefined && holder !== container) {
      return answered(refuse('EINVAL', 'the group is in another container'));
    }
    const outcome = answered(container.attach(group));
    if (outcome.isRefused) return outcome;
    member.holder = container;
    member.lastHolder = container;
    return outcome;
  }

  private detach(given: Arguments): Outcome {
    const { container } = this.containerOf(given);
    const member = this.memberGiven(given);
    const outcome = answered(container.detach(member.group));
    if (!outcome.isRefused) member.holder = undefined;
    return outcome;
  }

  private callContainer(name: ContainerCall, given: Arguments): Outcome {
    const { container, opener } = this.containerOf(given);
    const caller = given.has('process') ? this.programOf(given.name('process')) : undefined;
    const program = caller ?? opener;
    const frameOf = (knownFlags?: bigint) => given.frame(caller?.process, knownFlags);
    return performOnContainer(name, { container, program, given, frameOf, mapped: this.mapped });
  }

  /** The device of a group reads or writes memory through its window. */
  private transfer(given: Arguments): Outcome {
    const { translator, lastHolder } = this.memberGiven(given);
    const busAddress = given.number('iova');
    const bytes = given.number('len');
    const isWrite = given.word === 'W';
    const kind = isWrite ? 'write' : 'read';
    const { passedBytes, reachesMemory, refused } = transfer(translator, kind, busAddress, bytes);
    const remarks =
      refused === undefined ? [] : [`${passedBytes} of ${bytes} bytes passed: ${refused}`];
    if (!isWrite) return outcomeOf({}, remarks, refused !== undefined);
    if (given.looksAtNothing) {
      return outcomeOf({ ram_changed: NOTHING_TO_LOOK_AT }, remarks, refused !== undefined);
    }
    const wasMapped = this.mapped.knows(lastHolder?.windows ?? [], busAddress);
    const changed = reachesMemory ? 1n : wasMapped ? 0n : NOTHING_TO_LOOK_AT;
    return outcomeOf({ ram_changed: changed }, remarks, refused !== undefined);
  }

  /** Whether a call goes to a container that the script closed, and that no OPEN has opened again. */
  private isClosed({ name, shape }: Call, given: Arguments): boolean {
    const goesToContainer = shape.inputs.some((key) => key.name === 'container');
    return goesToContainer && name !== 'OPEN' && this.closed.has(given.name('container'));
  }

  private containerOf(given: Arguments): OpenContainer {
    const name = given.name('container');
    const open = this.containers.get(name);
    if (open !== undefined) return open;
    const known = [...this.containers.keys()];
    const hint = known.length === 0 ? '; none is' : suggest(name, known);
    throw new InputError(`${given.placeOf('container')}: no container '${name}' is open${hint}`);
  }

  private programOf(name: string): Program {
    const known = this.programs.get(name);
    if (known !== undefined) return known;
    const process = this.machine.startProcess();
    const memory = new ProgramMemory(process, this.real, this.pageShifts);
    const program = { process, memory };
    this.programs.set(name, program);
    return program;
  }

  private memberGiven(given: Arguments): Member {
    return this.memberOf(given.name('group'), given.placeOf('group'));
  }

  /** The group of a name; each new name is the next PE. */
  private memberOf(name: string, where: string): Member {
    const known = this.members.get(name);
    if (known !== undefined) return known;
    const group = this.machine.group(this.members.size);
    if (group === undefined) throw new InputError(`${where}: the PHB has no PE for one more group`);
    const member = { ...group, holder: undefined, lastHolder: undefined };
    this.members.set(name, member);
    return member;
  }
}
