/** Refusals in the words of glibc's strerror, as programs print them. */
import type { Refusal } from '../kernel/call-result.ts';
import type { ErrnoName } from '../kernel/errno.ts';

const WORDS: Readonly<Record<ErrnoName, string>> = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ENXIO: 'No such device or address',
  E2BIG: 'Argument list too long',
  EBADF: 'Bad file descriptor',
  ENOMEM: 'Cannot allocate memory',
  EFAULT: 'Bad address',
  EBUSY: 'Device or resource busy',
  ENODEV: 'No such device',
  EINVAL: 'Invalid argument',
  ENOTTY: 'Inappropriate ioctl for device',
  ENOSPC: 'No space left on device',
};

/** Why a call failed: `Cannot allocate memory`. */
export function strerror({ rc, errno }: Refusal): string {
  return errno === undefined ? `Unknown error ${-rc}` : WORDS[errno];
}
