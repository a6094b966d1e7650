/** Words of the tables that translate. */
import type { Chapter } from './word.ts';

/** Addresses and tables. */
export const TABLE_WORDS: Chapter = {
  title: 'Addresses and tables',
  words: [
    {
      word: 'PHB',
      rule: '-',
      source: 'skiboot hw/phb4.c',
      meaning:
        "PCI host bridge: the processor's end of a PCI Express link. It translates, checks and orders what devices send. PHB3 is in POWER8, PHB4 in POWER9, PHB5 in POWER10.",
    },
    {
      word: 'IODA, IODA2, IODA3',
      rule: '-',
      source: 'skiboot include/phb4-regs.h',
      meaning:
        'IO device architecture: the formats of the tables by which a PHB tells devices apart and translates their addresses. IODA2 is that of PHB3, IODA3 that of PHB4 and PHB5.',
    },
    {
      word: 'RID, requester',
      rule: 'T11',
      source: 'PCI Express Base Specification',
      meaning: 'Number of the function that sent a request: bus, device, function, as 01:00.0.',
    },
    {
      word: 'RTT',
      rule: 'T11',
      source: 'skiboot include/phb4-regs.h',
      meaning: 'RID translation table: 65,536 RTEs in memory, one for each RID.',
    },
    {
      word: 'RTE',
      rule: 'T11',
      source: 'skiboot include/phb4-regs.h',
      meaning:
        'RID translation entry: the PE# of a RID. The part of a latency of this name is the look into the RTE cache, and the read of the RTT where it missed.',
    },
    {
      word: 'PE, PE#, PEs, partitionable endpoint',
      rule: 'T12',
      source: 'skiboot include/phb4-regs.h',
      meaning:
        'What is isolated from other devices and frozen after an error: often one device, or one virtual function. PE# is its number.',
    },
    {
      word: 'TVT',
      rule: 'T12',
      source: 'skiboot include/phb4-regs.h',
      meaning: 'TVE table: two TVEs for each PE, inside of the PHB.',
    },
    {
      word: 'TVE',
      rule: 'T12',
      source: 'skiboot include/phb4-regs.h',
      meaning:
        'Translation validation entry: where the table of a window is, its levels, its size and the size of its pages; or that addresses pass untranslated. Bit 59 of the bus address chooses one of the two of a PE.',
    },
    {
      word: 'TCE',
      rule: '-',
      source: 'LoPAR; Linux arch/powerpc/include/asm/tce.h',
      meaning:
        'Translation control entry: 64 bits with the real address of a page, and two bits that say whether the device may read and write it.',
    },
    {
      word: 'indirect TCE, indirect',
      rule: 'T18',
      source: 'Linux arch/powerpc/platforms/powernv/pci-ioda-tce.c',
      meaning: 'A TCE above the leaf: it has the address of the table of the next level.',
    },
    {
      word: 'level, levels',
      rule: 'T18',
      source: 'Linux arch/powerpc/platforms/powernv/pci-ioda-tce.c',
      meaning:
        'A tree of tables has 1 to 5 levels, counted down to level 0, the leaf. Each one more is one more read of memory for each walk, and lets the tables be smaller.',
    },
    {
      word: 'leaf, leaves',
      rule: 'T18',
      source: 'Linux arch/powerpc/platforms/powernv/pci-ioda-tce.c',
      meaning: 'Level 0 of a table, whose TCEs are those of pages.',
    },
    {
      word: 'root',
      rule: '-',
      source: 'Linux arch/powerpc/platforms/powernv/pci-ioda-tce.c',
      meaning: 'The one table of the highest level, whose address is in the TVE.',
    },
    {
      word: 'table, tables',
      rule: '-',
      source: 'docs/concepts.md',
      meaning:
        'The TCEs of a window in memory, one table or a tree of tables of one size. In a study, the size of each.',
    },
    {
      word: 'IO page, IO pages, page, page shift',
      rule: 'T13',
      source: 'docs/window.md',
      meaning:
        'What one TCE translates: 4K, 64K, 2M or 1G on PHB4 and PHB5, 4K, 64K, 16M or 256M on PHB3. It has nothing to do with the page of the processor.',
    },
    {
      word: 'bus address',
      rule: 'T12',
      source: 'docs/concepts.md',
      meaning:
        'The address that a device sends. It is no address of memory before it is translated.',
    },
    {
      word: 'base',
      rule: '-',
      source: 'docs/concepts.md',
      meaning:
        'The first bus address of a window. Of two results that are compared, the earlier one.',
    },
    {
      word: 'real address',
      rule: 'T22',
      source: 'docs/concepts.md',
      meaning: 'The address of memory that a bus address is translated to.',
    },
    {
      word: 'index, index bits',
      rule: 'T18',
      source: 'Linux arch/powerpc/platforms/powernv/pci-ioda-tce.c',
      meaning:
        'The bits of a bus address that choose a TCE in the table of a level; 13 bits in a table of 64 KiB.',
    },
    {
      word: 'line, slot',
      rule: 'T18, T19',
      source: 'docs/concepts.md',
      meaning:
        '128 bytes, what a read of memory brings: 16 TCEs. The slot is the place of a TCE in its line.',
    },
    {
      word: 'reach',
      rule: 'T12',
      source: 'docs/window.md',
      meaning:
        'The bus addresses that the tables of a window cover, often more than was asked for. Beyond the window they have empty TCEs.',
    },
    {
      word: 'translated',
      rule: 'T12, T22',
      source: 'docs/timing.md',
      meaning:
        'Of a window: by a table, and not let through. Of a request: the time at which its real address is known.',
    },
    {
      word: 'bypass, bypassed, unchecked',
      rule: 'T12',
      source: 'skiboot include/phb4-regs.h',
      meaning: 'A TVE that lets addresses through untranslated: within a range, or unchecked.',
    },
    {
      word: 'MSI',
      rule: 'T12',
      source: 'PCI Express Base Specification',
      meaning:
        'Message signalled interrupt: a write to an address that is an interrupt. It is not translated and writes no memory.',
    },
  ],
};
