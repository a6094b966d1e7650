/**
 * The firmware's side of dynamic DMA windows: ibm,query-pe-dma-windows, ibm,create-pe-dma-window,
 * ibm,remove-pe-dma-window and ibm,reset-pe-dma-windows, cell by cell as a partition's kernel passes
 * them through RTAS, with the checks in QEMU's order (hw/ppc/spapr_rtas_ddw.c). What differs between
 * hypervisors stands in ddw-rules.ts. Left out: the tokens of the calls, migration of partitions.
 */
import { joinHalves, lowerHalf, upperHalf } from '../bits.ts';
import { DdwEndpoint, type EndpointSpec } from './ddw-endpoint.ts';
import { maskOfPageShifts } from './ddw-page-sizes.ts';
import type { DdwRules } from './ddw-rules.ts';
import type { Hypervisor } from './hypervisor.ts';

/** Status cells, LoPAR "RTAS Status Word Values". */
export const RTAS_SUCCESS = 0;
export const RTAS_HW_ERROR = -1;
export const RTAS_BUSY = -2;
export const RTAS_PARAM_ERROR = -3;

export type DdwCall =
  | 'ibm,query-pe-dma-windows'
  | 'ibm,create-pe-dma-window'
  | 'ibm,remove-pe-dma-window'
  | 'ibm,reset-pe-dma-windows';

/**
 * Where windows begin in limited addressing mode, LoPAR level 2.13 (Linux patch "powerpc/pseries/iommu:
 * create DDW for devices with DMA mask less than 64-bits", 2025-01-08).
 */
const LIMITED_START = 1n << 32n;
/** Largest value of an output cell. */
const CELL_MAX = 0xffff_ffffn;

/** Status and further output cells of one call. */
type Outputs = readonly number[];

export class DdwFirmware {
  private readonly hypervisor: Hypervisor;
  private readonly rules: DdwRules;
  private readonly endpoints: DdwEndpoint[] = [];
  private busyAnswered = 0;

  constructor(hypervisor: Hypervisor, rules: DdwRules) {
    this.hypervisor = hypervisor;
    this.rules = rules;
  }

  /** Gives the partition an endpoint, whose default window opens with it. */
  addEndpoint(spec: EndpointSpec): DdwEndpoint {
    const endpoint = new DdwEndpoint(spec, this.hypervisor);
    this.endpoints.push(endpoint);
    return endpoint;
  }

  /**
   * One RTAS call: 32-bit input cells, and how many output cells the caller has room for. Returns as
   * many, the first being the status, signed; cells that the call did not set are 0.
   */
  call(name: DdwCall, inputs: readonly number[], outputCount: number): number[] {
    const outputs = this.carryOut(name, inputs, outputCount);
    return Array.from({ length: outputCount }, (_, cell) => outputs[cell] ?? 0);
  }

  private carryOut(name: DdwCall, inputs: readonly number[], outputCount: number): Outputs {
    switch (name) {
      case 'ibm,query-pe-dma-windows':
        return this.query(inputs, outputCount);
      case 'ibm,create-pe-dma-window':
        return this.create(inputs, outputCount);
      case 'ibm,remove-pe-dma-window':
        return this.remove(inputs, outputCount);
      case 'ibm,reset-pe-dma-windows':
        return this.reset(inputs, outputCount);
    }
  }

  /** Windows available, largest block in TCEs (one cell or two), page sizes, migration mask. */
  private query(inputs: readonly number[], outputCount: number): Outputs {
    const { queryOutputs, largestBlockAnswer } = this.rules;
    if (inputs.length !== 3 || !queryOutputs.value.includes(outputCount)) return [RTAS_PARAM_ERROR];
    const endpoint = this.endpointOf(inputs);
    if (endpoint === undefined) return [RTAS_PARAM_ERROR];
    const { liobns, pageShifts } = endpoint.spec;
    const available = liobns.length - endpoint.windows.length;
    const block = largestBlockAnswer.value || endpoint.freeTces;
    const blockCells =
      outputCount === 6
        ? [upperHalf(block), lowerHalf(block)]
        : [Number(block < CELL_MAX ? block : CELL_MAX)];
    return [RTAS_SUCCESS, available, ...blockCells, maskOfPageShifts(pageShifts), 0];
  }

  /** The new window's LIOBN, and its bus address in two cells. */
  private create(inputs: readonly number[], outputCount: number): Outputs {
    if (inputs.length !== 5 || outputCount !== 4) return [RTAS_PARAM_ERROR];
    const endpoint = this.endpointOf(inputs);
    if (endpoint === undefined) return [RTAS_PARAM_ERROR];
    const [, , , pageShift, windowShift] = inputs;
    if (!endpoint.spec.pageShifts.includes(pageShift) || windowShift < pageShift) {
      return [RTAS_PARAM_ERROR];
    }
    if (this.isBusy()) return [RTAS_BUSY];
    const liobn = endpoint.freeLiobn;
    if (liobn === undefined || !this.hasRoom(endpoint, windowShift - pageShift)) {
      return [RTAS_HW_ERROR];
    }
    const start = this.startOf(endpoint);
    const window = { liobn, pageShift, start, bytes: 1n << BigInt(windowShift) };
    if (this.hypervisor.open(window) === undefined) return [RTAS_HW_ERROR];
    return [RTAS_SUCCESS, liobn, upperHalf(start), lowerHalf(start)];
  }

  private remove(inputs: readonly number[], outputCount: number): Outputs {
    if (inputs.length !== 1 || outputCount !== 1) return [RTAS_PARAM_ERROR];
    const [liobn] = inputs;
    const endpoint = this.endpoints.find(({ spec }) => spec.liobns.includes(liobn));
    const table = this.hypervisor.table(liobn);
    if (endpoint === undefined || !endpoint.spec.hasDdw || table === undefined) {
      return [RTAS_PARAM_ERROR];
    }
    const wasDefault = endpoint.isDefaultWindow(table);
    this.hypervisor.close(liobn);
    const isLast = endpoint.windows.length === 0;
    if (isLast && !wasDefault && this.rules.restoresDefaultWindow.value) endpoint.reset(false);
    return [RTAS_SUCCESS];
  }

  /** Back to the default window; a fourth input of 1 asks for limited addressing besides. */
  private reset(inputs: readonly number[], outputCount: number): Outputs {
    const isLimited = inputs.length === 4;
    if (!(isLimited || inputs.length === 3) || outputCount !== 1) return [RTAS_PARAM_ERROR];
    const endpoint = this.endpointOf(inputs);
    if (endpoint === undefined || (isLimited && !endpoint.spec.hasLimitedAddressing)) {
      return [RTAS_PARAM_ERROR];
    }
    endpoint.reset(isLimited && inputs[3] === 1);
    return [RTAS_SUCCESS];
  }

  /** The endpoint that the first three cells name, if it may have windows. */
  private endpointOf([configAddress, buidUpper, buidLower]: readonly number[]) {
    const buid = joinHalves(buidUpper, buidLower);
    const isNamed = ({ spec }: DdwEndpoint) =>
      spec.buid === buid &&
      (this.rules.endpointBy.value === 'phb' || spec.configAddress === configAddress);
    const endpoint = this.endpoints.find(isNamed);
    return endpoint?.spec.hasDdw ? endpoint : undefined;
  }

  private isBusy(): boolean {
    const isBusy = this.busyAnswered < this.rules.busyAnswers.value;
    this.busyAnswered = isBusy ? this.busyAnswered + 1 : 0;
    return isBusy;
  }

  private hasRoom(endpoint: DdwEndpoint, entryBits: number): boolean {
    const entries = 1n << BigInt(entryBits);
    const { value: limit } = this.rules.entriesLimit;
    return entries <= endpoint.freeTces && (limit === 0n || entries < limit);
  }

  private startOf(endpoint: DdwEndpoint): bigint {
    const { firstWindowStart, secondStart } = this.rules;
    if (endpoint.isLimited) return LIMITED_START;
    const isFirst = endpoint.windows.length === 0;
    return isFirst && firstWindowStart.value === 'defaultStart'
      ? endpoint.spec.defaultWindow.start
      : secondStart.value;
  }
}
