/** How Linux's page allocator is asked: include/linux/gfp.h as far as TCE tables use it. */

/** `atomic`: never waits, takes what the free lists hold. `kernel`: may reclaim and compact first. */
export type Gfp = 'atomic' | 'kernel';
