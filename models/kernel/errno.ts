/** Error numbers of Linux (asm-generic/errno-base.h, errno.h), as far as the TCE interfaces return them. */

const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ENXIO: 6,
  E2BIG: 7,
  EBADF: 9,
  ENOMEM: 12,
  EFAULT: 14,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  ENOTTY: 25,
  ENOSPC: 28,
} as const;

export type ErrnoName = keyof typeof ERRNO;

/** What a call returns: the negative error number. */
export function returnCode(name: ErrnoName): number {
  return -ERRNO[name];
}

/** The name of a negative return code, or undefined for one that these interfaces do not return. */
export function errnoName(code: number): ErrnoName | undefined {
  return (Object.keys(ERRNO) as ErrnoName[]).find((name) => ERRNO[name] === -code);
}
