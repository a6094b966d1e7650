/** Slurm is not there, refuses or gives up: no fault of the user's input. */
export class SlurmError extends Error {
  override readonly name = 'SlurmError';
}
