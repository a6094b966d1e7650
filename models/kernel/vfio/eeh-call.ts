/**
 * The work of VFIO_EEH_PE_OP (drivers/vfio/vfio_spapr_eeh.c, 5.17), with the errors that it may inject
 * after eeh_pe_inject_err (arch/powerpc/kernel/eeh.c, 5.17). What it does to a PE stands in ../group/eeh-pe.ts.
 */
import { type CallResult, type Refusal, refuse } from '../call-result.ts';
import { EEH_OPERATIONS } from '../group/eeh-pe.ts';
import type { TableGroup } from '../group/table-group.ts';
import type { Admission } from './admission.ts';
import type { Frame } from './calls.ts';

/** What INJECT_ERR is to inject: 32- or 64-bit bus error, and on which access. */
export interface InjectedError {
  readonly type: number;
  readonly func: number;
}

/** INJECT_ERR reads the structure with its union of errors. */
const INJECTION_BYTES = 40;
/** EEH_ERR_TYPE_32 and _64; EEH_ERR_FUNC_LD_MEM_ADDR to _DMA_WR_TARGET. */
const ERROR_TYPES = 2;
const ERROR_FUNCTIONS = 20;

/** What the structure of a call holds. */
interface EehRequest {
  /** A number out of EEH_OPERATIONS. */
  readonly operation: number;
  readonly error: InjectedError;
}

/**
 * Operates every group, up to the first that fails or whose GET_STATE is not 0: that state is the ioctl's
 * return value. Only a group that EEH watches has the structure looked at.
 */
export function operateEeh(
  groups: readonly TableGroup[],
  { operation, error }: EehRequest,
  frame: Frame,
  admission: Admission,
): CallResult<{ readonly state: number }> {
  const name = EEH_OPERATIONS[operation];
  for (const { eeh } of groups) {
    if (eeh === undefined) return refuse('ENODEV', 'EEH does not watch the group');
    const problem = admission.structureProblem('EEH', frame);
    if (problem !== undefined) return problem;
    if (name === undefined) {
      const wanted = `0 to ${EEH_OPERATIONS.length - 1}`;
      return refuse('EINVAL', `EEH operation: expected ${wanted}, got ${operation}`);
    }
    const flaw = name === 'INJECT_ERR' ? injectionProblem(error, frame) : undefined;
    if (flaw !== undefined) return flaw;
    const state = eeh.operate(name);
    if (state !== 0) return { rc: 0, state };
  }
  return { rc: 0, state: 0 };
}

/** Why an error cannot be injected: -EINVAL or -EFAULT. */
function injectionProblem(
  { type, func }: InjectedError,
  { argsz = INJECTION_BYTES, readableBytes = INJECTION_BYTES }: Frame,
): Refusal | undefined {
  if (argsz < INJECTION_BYTES) {
    return refuse('EINVAL', `argsz: expected at least ${INJECTION_BYTES} to inject, got ${argsz}`);
  }
  if (readableBytes < INJECTION_BYTES) {
    return refuse('EFAULT', `structure: expected ${INJECTION_BYTES} readable bytes to inject`);
  }
  if (type < ERROR_TYPES && func < ERROR_FUNCTIONS) return undefined;
  return refuse(
    'EINVAL',
    `error: expected type below ${ERROR_TYPES}, function below ${ERROR_FUNCTIONS}`,
  );
}
