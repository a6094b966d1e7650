/** Words of what happens to a request. */
import type { Chapter } from './word.ts';

/** What happens to a request. */
export const UNIT_WORDS: Chapter = {
  title: 'What happens to a request',
  words: [
    {
      word: 'DMA',
      rule: 'T4',
      source: 'docs/concepts.md',
      meaning:
        'A read or write of memory by a device. In a trace it is a row, which is cut into requests. The part of a latency of this name is the access to memory itself.',
    },
    {
      word: 'request, requests, TLP',
      rule: 'T4',
      source: 'PCI Express Base Specification',
      meaning:
        'What crosses the link as one packet (TLP): a piece of a DMA that crosses no 4 KiB and is no longer than the payload, or the read request, of the link.',
    },
    {
      word: 'port',
      rule: 'T7',
      source: 'docs/timing.md',
      meaning: 'Where requests come in: the link and the credits.',
    },
    {
      word: 'link',
      rule: 'T7',
      source: 'docs/timing.md',
      meaning:
        'The lanes between device and PHB, in each direction a TLP at a time. The part of a latency of this name is the wait for the link and the time on it.',
    },
    {
      word: 'payload',
      rule: 'T4',
      source: 'PCI Express Base Specification',
      meaning:
        'The data of a TLP. The maximum is agreed upon by device and PHB: 256 bytes unless set.',
    },
    {
      word: 'credit, credits',
      rule: 'T8',
      source: 'PCI Express Base Specification',
      meaning:
        'Room in the PHB that a device needs before it may send: for headers and data of posted requests, for headers of the others.',
    },
    {
      word: 'posted, posted write, non-posted',
      rule: 'T8, T23',
      source: 'PCI Express Base Specification',
      meaning:
        'Posted: sent without waiting for an answer, as writes are; those of a PE stay in order. Non-posted: answered by a completion, as reads are.',
    },
    {
      word: 'completion',
      rule: 'T25',
      source: 'PCI Express Base Specification',
      meaning:
        'The data of a read on their way back over the link, and the part of a latency of that name. Of a kill: the time until software may go on.',
    },
    {
      word: 'TCE cache',
      rule: 'T13, T14',
      source: 'skiboot include/phb4-regs.h',
      meaning:
        'The TCEs that the PHB keeps, by window and page. It takes an entry at the lookup, before the TCE has arrived.',
    },
    {
      word: 'RTE cache',
      rule: 'T11',
      source: 'docs/timing.md',
      meaning: 'The RTEs that the PHB keeps; a RID that it lacks costs a read of the RTT.',
    },
    {
      word: 'line buffer',
      rule: 'T15',
      source: 'skiboot 15b93a301 (HW557787)',
      meaning:
        'The lines that the last walks brought, 16 TCEs each. Firmware since 2021 turns it off on PHB4 and PHB5.',
    },
    {
      word: 'walk cache',
      rule: 'T18',
      source: 'docs/timing.md',
      meaning:
        'TCEs of upper levels that the walkers keep. Off unless set: no source tells of one.',
    },
    {
      word: 'way, ways',
      rule: 'T13',
      source: 'docs/timing.md',
      meaning:
        'Places in a set of the TCE cache. A page may be only in the one set that the hash chooses; ways are how many pages of a set fit.',
    },
    {
      word: 'hash',
      rule: 'T13',
      source: 'docs/timing.md',
      meaning:
        'How the set of a page in the TCE cache is found: plain, the lowest bits of its number, or xor, all of its bits and the PE#.',
    },
    {
      word: 'replacement',
      rule: 'T13',
      source: 'docs/timing.md',
      meaning:
        'Which TCE of a full set gives way: lru, fifo, plru, random, or belady, which knows the future and no hardware can have.',
    },
    {
      word: 'hit, hits',
      rule: 'T14',
      source: 'docs/timing.md',
      meaning:
        'A request whose TCE is in the TCE cache and has arrived. In a table of a study, the share of such requests.',
    },
    {
      word: 'miss, misses',
      rule: 'T17',
      source: 'docs/timing.md',
      meaning: 'A request that fetches its TCE: it takes a tag, and a walker.',
    },
    {
      word: 'merged miss, merged misses',
      rule: 'T14 to T16',
      source: 'docs/timing.md',
      meaning:
        'A request whose TCE another request is fetching: it waits for that fetch, part merge wait.',
    },
    {
      word: 'tag, tags',
      rule: 'T17',
      source: 'skiboot hw/phb4.c',
      meaning:
        'What a fetch of a TCE occupies while it is under way. With all of them busy a miss waits, part tag wait, and holds up all requests behind it.',
    },
    {
      word: 'walk, walks, table read, table reads',
      rule: 'T18',
      source: 'docs/timing.md',
      meaning:
        'The reads of memory by which a miss gets its TCE, one a level, each waiting for the one before it.',
    },
    {
      word: 'walker, walkers',
      rule: 'T17',
      source: 'docs/timing.md',
      meaning: 'What does a walk; it has one read in flight at a time.',
    },
    {
      word: 'reads',
      rule: 'T4, T18',
      source: 'docs/studies.md',
      meaning:
        'Beside latencies: the DMA reads of the devices. In a table of a study: reads of tables, for each request.',
    },
    {
      word: 'read engine, read engines',
      rule: 'T24',
      source: 'skiboot hw/phb4.c (DMA read engines)',
      meaning: 'What fetches a line of a DMA read from memory; busy until it is there.',
    },
    {
      word: 'remote',
      rule: 'T20',
      source: 'docs/timing.md',
      meaning: 'Memory of which a read must be retried at a wider scope, as that of another chip.',
    },
    {
      word: 'TCE kill, TCE kills, kill, kills',
      rule: 'T26 to T29',
      source: 'skiboot hw/phb4.c',
      meaning:
        'What software writes to the PHB to drop TCEs from its cache after it changed them in memory: of a page, of a PE, or all.',
    },
    {
      word: 'scope',
      rule: 'T27',
      source: 'skiboot hw/phb4.c',
      meaning: 'What a kill drops from the TCE cache: a page, a PE, or the whole cache.',
    },
    {
      word: 'stale window',
      rule: 'T29',
      source: 'docs/timing.md',
      meaning:
        'From the arrival of a kill until no old translation of what it names is in use. Until then a device can reach a page that was taken from it.',
    },
    {
      word: 'fault, faults',
      rule: 'T22',
      source: 'docs/timing.md',
      meaning:
        'A request that is refused: no valid TVE, an address outside of its window, a page that is not mapped, a direction that is not allowed.',
    },
    {
      word: 'page fault',
      rule: 'T22',
      source: 'docs/timing.md',
      meaning: 'A request whose TCE allows neither direction: the page is not mapped.',
    },
    {
      word: 'access fault',
      rule: 'T22',
      source: 'docs/timing.md',
      meaning: 'A request whose TCE allows the other direction only.',
    },
    {
      word: 'freeze, freezes, frozen, EEH, unfreeze',
      rule: 'T31, T32',
      source: 'Linux arch/powerpc/kernel/eeh.c',
      meaning:
        'After an error the PHB stops a PE: all that it sends is dropped until software unfreezes it. EEH (enhanced error handling) is what Linux and firmware do about it.',
    },
    {
      word: 'fence, fenced',
      rule: 'T33',
      source: 'skiboot hw/phb4.c',
      meaning: 'After an error of the PHB itself all of it stops, until it is reset.',
    },
    {
      word: 'PEST',
      rule: 'T31',
      source: 'docs/pest.md',
      meaning:
        'PE state table: two words for each PE, with what the PHB knows of the error that froze it.',
    },
    {
      word: 'cycle, cycles',
      rule: '-',
      source: 'docs/timing.md',
      meaning:
        'Of the clock of the unit: 2 ns at the 500 MHz of PHB4 and PHB5, 4 ns at the 250 MHz of PHB3.',
    },
  ],
};
