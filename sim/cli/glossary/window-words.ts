/** Words of windows, of the kernel that makes them, and of its memory. */
import type { Chapter } from './word.ts';

/** Windows, kernels and their memory. */
export const WINDOW_WORDS: Chapter = {
  title: 'Windows, kernels and their memory',
  words: [
    {
      word: 'window, DMA window, windows',
      rule: 'T12',
      source: 'docs/concepts.md',
      meaning:
        'The bus addresses that a table translates. A PE has two at most, one at bus address 0 and one at 2^59.',
    },
    {
      word: 'DDW',
      rule: '-',
      source: 'LoPAR; docs/pseries.md',
      meaning:
        'Dynamic DMA window: the interface by which windows are made, CREATE of VFIO on a host, RTAS calls in a partition.',
    },
    {
      word: 'default window',
      rule: '-',
      source: 'Linux arch/powerpc/platforms/powernv/pci-ioda.c',
      meaning:
        'The window at bus address 0 that a PE has unless it is removed: of 4K pages, in one level, for addresses of 32 bits.',
    },
    {
      word: 'window slot',
      rule: '-',
      source: 'Linux arch/powerpc/platforms/powernv/pci-ioda-tce.c',
      meaning:
        'Which of the two windows of a PE is asked for: 0 begins at bus address 0, 1 at 2^59.',
    },
    {
      word: 'VFIO, container',
      rule: '-',
      source: 'Linux drivers/vfio/vfio_iommu_spapr_tce.c',
      meaning:
        'How Linux gives a device to a program. A container has the windows of the devices in it, and the calls that make and fill them.',
    },
    {
      word: 'CREATE, VFIO_IOMMU_SPAPR_TCE_CREATE',
      rule: '-',
      source: 'Linux drivers/vfio/vfio_iommu_spapr_tce.c',
      meaning: 'The VFIO call that makes a window of a page, a size and a number of levels.',
    },
    {
      word: 'REMOVE',
      rule: '-',
      source: 'Linux drivers/vfio/vfio_iommu_spapr_tce.c',
      meaning: 'The VFIO call that removes a window and gives its tables back.',
    },
    {
      word: 'MAP, UNMAP',
      rule: '-',
      source: 'Linux drivers/vfio/vfio_iommu_spapr_tce.c',
      meaning: 'The VFIO calls that fill the TCEs of memory into a window, and clear them.',
    },
    {
      word: 'LIOBN',
      rule: '-',
      source: 'LoPAR',
      meaning: 'Logical IO bus number: the name of a window in a partition, as hypercalls take it.',
    },
    {
      word: 'hypercall, H_PUT_TCE',
      rule: '-',
      source: 'LoPAR',
      meaning: 'A call of a partition to its hypervisor; H_PUT_TCE and its like write TCEs.',
    },
    {
      word: 'RTAS',
      rule: '-',
      source: 'LoPAR',
      meaning:
        'Run-time abstraction services: calls of a partition to its firmware, by which it makes windows.',
    },
    {
      word: 'powernv, pseries',
      rule: '-',
      source: 'docs/pseries.md',
      meaning: 'Linux on the bare machine, and Linux as a partition under a hypervisor.',
    },
    {
      word: 'buddy, buddy allocator, buddyinfo',
      rule: '-',
      source: 'Linux mm/page_alloc.c',
      meaning:
        "Linux's allocator of physical memory. It has blocks of 1, 2, 4, ... pages in one piece; /proc/buddyinfo counts the free ones.",
    },
    {
      word: 'order, block',
      rule: '-',
      source: 'Linux mm/page_alloc.c',
      meaning:
        'A block of order n is 2^n pages of the kernel in one piece. Each table of a window is one block.',
    },
    {
      word: 'available',
      rule: '-',
      source: 'docs/window.md',
      meaning:
        'The largest order of which a block was free, when one was missing or else before CREATE.',
    },
    {
      word: 'watermark, must stay free',
      rule: '-',
      source: 'Linux mm/page_alloc.c',
      meaning:
        'Free memory that the kernel keeps back: a request that would go below it is refused.',
    },
    {
      word: 'unusable, unusable index',
      rule: '-',
      source: 'Linux mm/vmstat.c',
      meaning: 'The share of free memory that no block of an order can come from, from 0 to 1.',
    },
    {
      word: 'fragmentation, fragmentation index',
      rule: '-',
      source: 'Linux mm/vmstat.c',
      meaning:
        'Why a block cannot be had: near 0 for lack of memory, near 1 because it lies in small pieces.',
    },
    {
      word: 'mirror',
      rule: '-',
      source: 'Linux arch/powerpc/platforms/powernv/pci-ioda-tce.c',
      meaning:
        'The second table that Linux keeps for a window, of the same shape, with the addresses of the program behind each TCE.',
    },
    {
      word: 'made now',
      rule: '-',
      source: 'docs/window.md',
      meaning: 'Memory that CREATE took: the roots of the table and of its mirror.',
    },
    {
      word: 'full tables',
      rule: '-',
      source: 'docs/window.md',
      meaning:
        'Memory of the table and its mirror with every leaf. Leaves come with the first mapping that needs them.',
    },
    {
      word: 'charged',
      rule: '-',
      source: 'docs/window.md',
      meaning:
        'Locked memory that CREATE adds to the account of the process for a window: since Linux 4.19 that of the full tables.',
    },
    {
      word: 'leaked',
      rule: '-',
      source: 'docs/window.md',
      meaning: 'What a CREATE that failed charged and never gives back before the process ends.',
    },
    {
      word: 'locked, locked memory, ulimit, memlock, RLIMIT_MEMLOCK',
      rule: '-',
      source: 'Linux Documentation: getrlimit(2)',
      meaning:
        'Memory that a process has pinned, or that is charged to it; a limit (ulimit -l) holds unless it has CAP_IPC_LOCK.',
    },
    {
      word: 'spans',
      rule: '-',
      source: 'docs/window.md',
      meaning: 'The window, rounded up to whole tables.',
    },
    {
      word: 'registered',
      rule: '-',
      source: 'Linux drivers/vfio/vfio_iommu_spapr_tce.c',
      meaning:
        'Memory that a process has announced (REGISTER_MEMORY) and may map afterwards; it is locked.',
    },
    {
      word: 'backing',
      rule: '-',
      source: 'docs/window.md',
      meaning: 'The page of the memory that a process maps: an IO page can be no larger.',
    },
    {
      word: 'device mask',
      rule: '-',
      source: 'docs/window.md',
      meaning:
        'How many bits of address a device can send; one of 47 bits does not reach a window at 2^59.',
    },
    {
      word: 'ENOMEM, EINVAL',
      rule: '-',
      source: 'docs/window.md',
      meaning:
        'Answers of CREATE: ENOMEM where memory, or the right to lock it, is missing; EINVAL where no host would make such a window.',
    },
    {
      word: 'policy',
      rule: '-',
      source: 'docs/window.md',
      meaning:
        'What a program asks for, and asks for next when it is refused: QEMU, DPDK, an administrator.',
    },
  ],
};
