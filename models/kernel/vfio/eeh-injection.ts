/** Errors that VFIO_EEH_PE_OP may inject, after eeh_pe_inject_err (arch/powerpc/kernel/eeh.c, 5.17). */
import { type Refusal, refuse } from '../call-result.ts';
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

/** Why an error cannot be injected: -EINVAL or -EFAULT. */
export function injectionProblem(
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
