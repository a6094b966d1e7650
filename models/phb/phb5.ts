/**
 * PHB5 of POWER10: skiboot drives it with the PHB4 code and QEMU reuses its PHB4 model unchanged, so
 * what has no figure of its own is PHB4's.
 */
import { assumed, documented, inferred } from '../origin.ts';
import { phb4 } from './phb4.ts';
import type { PhbSpec } from './spec.ts';

export const phb5: PhbSpec = {
  name: 'phb5',
  title: 'PHB5, POWER10, 512 PEs',
  ioda: 'ioda3',
  parameters: {
    ...phb4.parameters,
    link: {
      ...phb4.parameters.link,
      generation: documented(
        5,
        'skiboot phb4.c phb4_get_max_link_speed: Gen5 on the first of a PEC',
      ),
      width: documented(8, 'skiboot phb4.c __phb5_get_max_link_width'),
    },
    pe: {
      ...phb4.parameters.pe,
      count: assumed(512, 'read from EEH_CAP at run time (skiboot phb4.c); as PHB4'),
    },
    tceCache: {
      ...phb4.parameters.tceCache,
      entries: inferred(1024, 'same register map as PHB4'),
    },
    memory: {
      ...phb4.parameters.memory,
      readNs: assumed(180, 'as PHB4, newer memory'),
      cachedReadNs: assumed(110, 'as PHB4, newer memory'),
    },
    dma: {
      ...phb4.parameters.dma,
      readNs: assumed(280, 'as PHB4, newer memory'),
    },
    kill: {
      ...phb4.parameters.kill,
      sync: inferred('all', 'DMA sync register 0x200 has bits for writes, too'),
    },
  },
};
