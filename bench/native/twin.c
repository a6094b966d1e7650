/*
 * The native twin of the TCE unit: what a trace of nothing but DMAs does on a PHB4, by the rules of
 * docs/timing.md, as fast as one core does it. It is the limit that the product is measured against,
 * and no part of it: README.md of this folder says what it covers and how the two are compared. What it
 * does not know (faults, kills, other columns) ends it with a message; it never guesses.
 *
 *   twin key=value ...   the machine in cycles and bytes, as bench/native-twin.ts derives it
 *
 * In four places it does less work than the product says, each with the same result:
 *   - The TLPs of one piece of a DMA lie in one page: the first finds the entry for all of them.
 *   - What the TLPs of a write behind its first one count alike is booked once for all of them.
 *   - Nothing that comes later gets its address at or before `looked` of the request at hand, for there
 *     are no untranslated windows: reads with theirs by then are served at once instead of queued.
 *   - Nobody writes the tables: walks of requests that will probably miss are read ahead, level by level,
 *     so that their cache misses overlap; the walk at its turn takes its answers from there.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define INLINE static inline __attribute__((always_inline))
#define SLOW static __attribute__((noinline, cold))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/* sim/unit/clock.ts */
#define REBASE_AT (1 << 28)
#define STEP_MAX (1 << 27)
#define PAST (1 << 28)
#define NEVER INT32_MAX
/* A cycle in the units of a loop's rest: ps * MHz. */
#define REST_PER_CYCLE 1000000

/* sim/unit/items.ts: a request is four cells, every other item eight. */
enum { ITEM_READ, ITEM_WRITE, ITEM_ASSIGN = 5, ITEM_LEAP = 6, KIND_MASK = 15, QUAD = 4 };
#define PIECE_BYTES 4096u
#define CHUNK_CELLS (2048 * QUAD)

/* sim/unit/books: outcomes, parts and the cells of an account. */
enum { HIT, LINE_HIT, MISS, MERGED, MSI = 5, OUTCOMES = 14 };
#define NO_WINDOW 0
enum { CREDIT_WAIT, LINK, ADMISSION, RTE, TAG_WAIT = 6, WALKER_WAIT, WALK, MERGE_WAIT, ORDER_WAIT,
       ENGINE_WAIT, COMPLETION = 13, PARTS };
enum { BYTES_CELL = OUTCOMES * 2, UNSERVED_CELL = BYTES_CELL + 2, EXCESS_CELL = UNSERVED_CELL + 2,
       MAX_CELL = EXCESS_CELL + 2,
       COMPLETIONS_CELL = MAX_CELL + 2, PARTS_CELL, ACCOUNT_CELLS = PARTS_CELL + PARTS };
#define STEP_BITS 10
#define EXACT_MAX 2047
#define BUCKETS (22 << STEP_BITS)

#define PES_MAX 512
#define PHBS_MAX 64
#define LEVELS_MAX 5
#define NODE_BASE (1ull << 32)
#define RTT_BASE 0x00ffffff00000000ull
#define GOLDEN 0x9e3779b1u
#define PAGE_HIGH_BITS 15
#define NO_PE 0xffffffffu

static void fail(const char *format, uint64_t value)
{
    fputs("twin: ", stderr);
    fprintf(stderr, format, value);
    fputc('\n', stderr);
    exit(1);
}

static void *zeroed(uint64_t bytes)
{
    const uint64_t huge = 1 << 21;
    char *at = mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) fail("no %" PRIu64 " bytes of address space", bytes);
    return (void *)(((uintptr_t)at + huge - 1) & ~(huge - 1));
}

/* ---- the machine ---- */

enum { PACE_TRACE, PACE_INTERVAL, PACE_CLOSED, PACE_DEVICE };
enum { MERGE_NONE, MERGE_ENTRY, MERGE_LINE };
enum { MAP_TOUCHED, MAP_ALL };

struct window {
    uint64_t bytes, start, tableStart;
    uint32_t pageShift, levels, levelShift;
};

/* What the path of a request asks for. A copy of the path has it as constants for the preset of the PHB4. */
struct unit {
    uint32_t partsPerCycle, payloadBytes, readRequestBytes, postedHeaders, postedData, nonPostedHeaders;
    uint32_t peCount, isGte4gb, window32, window64, rteCycles, tvtCycles;
    uint32_t entries, ways, isXor, isFifo, lookupCycles, responseCycles, tags, merge, walkers;
    uint32_t readCycles, cachedReadCycles, cachedLines, remoteBelow, retryCycles;
    uint32_t dmaReadCycles, dmaWriteCycles, readEngines;
    /* These follow from the others: log2 of the payload; of the TCE cache its sets, log2 of the power of two
     * in them, that minus one, and where bit 32 of a page number falls in the hash. */
    uint32_t payloadShift, sets, setBits, setMask, foldShift;
};

static const struct unit PHB4 = {
    4096, 256, 512, 128, 2048, 128,
    512, 0, 1, 1, 2, 2,
    1024, 4, 1, 0, 4, 4, 64, MERGE_LINE, 0,
    100, 60, 65536, 0, 30,
    150, 0, 64,
    8, 256, 8, 255, 0,
};

static struct {
    struct unit unit;
    const char *trace;
    uint32_t clockMHz, parts, requestOverhead, completionOverhead, rteEntries;
    uint32_t pace, paceCycles, paceRest, outstanding, map, basePageShift, orderMax, passes, isFused, isHuge, isAhead;
    uint64_t ramBytes;
    struct window windows[2];
    uint32_t windowCount;
} machine;

static const struct { const char *key; uint32_t *value; } KEYS[] = {
#define KEY(name) { #name, &machine.name }
#define UNIT(name) { #name, &machine.unit.name }
    KEY(clockMHz), KEY(parts), UNIT(partsPerCycle), UNIT(payloadBytes), UNIT(readRequestBytes),
    KEY(requestOverhead), KEY(completionOverhead), UNIT(postedHeaders), UNIT(postedData),
    UNIT(nonPostedHeaders), UNIT(peCount), UNIT(isGte4gb), UNIT(window32), UNIT(window64), KEY(rteEntries), UNIT(rteCycles),
    UNIT(tvtCycles), UNIT(entries), UNIT(ways), UNIT(isXor), UNIT(isFifo), UNIT(lookupCycles),
    UNIT(responseCycles), UNIT(tags), UNIT(merge), UNIT(walkers), UNIT(readCycles), UNIT(cachedReadCycles),
    UNIT(cachedLines), UNIT(remoteBelow), UNIT(retryCycles), UNIT(dmaReadCycles), UNIT(dmaWriteCycles),
    UNIT(readEngines), KEY(pace), KEY(paceCycles), KEY(paceRest), KEY(outstanding), KEY(map), KEY(basePageShift), KEY(orderMax),
    KEY(passes), KEY(isFused), KEY(isHuge), KEY(isAhead),
#undef KEY
#undef UNIT
};

static void readWindow(const char *text)
{
    if (machine.windowCount == 2) fail("more than %" PRIu64 " windows", 2);
    struct window *w = &machine.windows[machine.windowCount++];
    if (sscanf(text, "%u:%u:%u:%" SCNu64 ":%" SCNu64 ":%" SCNu64, &w->pageShift, &w->levels,
               &w->levelShift, &w->bytes, &w->start, &w->tableStart) != 6)
        fail("window=pageShift:levels:levelShift:bytes:start:tableStart%.0" PRIu64, 0);
}

static void readArgument(char *text)
{
    char *value = strchr(text, '=');
    if (!value) fail("arguments are key=value%.0" PRIu64, 0);
    *value++ = 0;
    if (!strcmp(text, "trace")) { machine.trace = value; return; }
    if (!strcmp(text, "window")) { readWindow(value); return; }
    if (!strcmp(text, "ramBytes")) { machine.ramBytes = strtoull(value, NULL, 10); return; }
    for (size_t key = 0; key < sizeof KEYS / sizeof *KEYS; key++)
        if (!strcmp(text, KEYS[key].key)) { *KEYS[key].value = strtoul(value, NULL, 10); return; }
    fprintf(stderr, "twin: unknown key %s\n", text);
    exit(1);
}

/* ---- a unit ---- */

/* A TCE cache entry; the ways of a set stand in the order of their use (or of coming, for FIFO). */
struct entry { uint64_t key; int32_t ready; uint32_t tce; };
/* A line that a tag fetches. */
struct fetch { uint64_t key; int32_t arrives; uint32_t line; };
/* A read that has its address and waits for those that may overtake it. */
struct waiting { int32_t time, arrive, bytes, lines, account, outcome, credit, requester; };
struct tve { uint64_t root, beyond; uint32_t pageShift, indexBits, levels, account; };
/* Times in order, the first one first. */
struct times { int32_t *at; uint32_t head, size, mask; };
struct posted { int32_t units, back; };
/* (T5) A clock of issues, and in a closed loop when slots are free: by writes and by reads, which come
 * back in their order. */
struct loop { int64_t cycle; uint32_t rest; struct times writes, reads; };
/* One direction of the link. */
struct lane { int32_t cycle, part; };

/* What every request changes; `replay` keeps it in registers and on its stack. */
struct hot {
    int64_t now;
    struct lane up, down;
    int32_t rteFree, lookupFree, last;
    int32_t postedReady, postedBack, freeUnits;
    uint32_t oldest, held;
    uint32_t creditNext, engine, waitHead, waitSize;
    int32_t creditReady;
    uint32_t lastRid, pe;
};

#define FETCH_SETS 128
#define FETCH_WAYS 4
/* Requests that are read ahead at a time. */
#define AHEAD 128

struct phb {
    struct hot hot;
    uint32_t number;
    unsigned char *memory;
    struct tve tves[2 * PES_MAX];
    struct entry *cache;
    struct times tags, walkers;
    struct fetch fetches[FETCH_SETS][FETCH_WAYS];
    struct fetch overflow[4096];
    uint32_t overflows;
    int32_t overflowUntil;
    uint32_t *directory;
    struct posted *posted;
    uint32_t postedMask;
    int32_t *credits, *engines;
    struct waiting *waiting;
    uint32_t waitMask;
    int32_t lastWrite[PES_MAX];
    struct loop *loops;
    uint32_t loopCount, *loopOf;
    /* RTE cache and RTT. */
    uint32_t *rtt, *cachedPe, rteUsed, *rteRids;
    uint64_t *rteUse, rteClock;
    /* The walks that are read ahead. */
    struct { uint32_t line[LEVELS_MAX]; uint32_t tce; } ahead[AHEAD];
    uint8_t isAhead[AHEAD];
    uint32_t missShare;
    /* Books. */
    uint64_t (*cells)[ACCOUNT_CELLS];
    uint64_t (*latencies)[BUCKETS];
    uint64_t (*parts)[BUCKETS];
    uint64_t partsMax[PARTS], accounts;
    uint64_t stalls, cutUp, cutDown, cutEngines, rteMisses, cachedReads, uncachedReads;
    uint64_t walkReads[LEVELS_MAX];
    int64_t origin, lastBefore;
    /* Feeding. */
    uint32_t *peOf;
    int64_t cycle;
    uint32_t *items;
    uint64_t used, room;
    /* Touched pages of both windows, by PE. */
    uint64_t *touched[2][PES_MAX];
    bool isMade[PES_MAX];
};

static struct phb *phbs[256];
static uint64_t requests;
/* Cycles and parts of what crosses the link, by bytes of payload. */
static struct lane upTime[4097], downTime[4097];

/* ---- books ---- */

INLINE uint32_t bucketOf(uint32_t value)
{
    if (LIKELY(value <= EXACT_MAX)) return value;
    uint32_t shift = 31 - STEP_BITS - __builtin_clz(value);
    return (shift << STEP_BITS) + (value >> shift);
}

static uint64_t bucketTop(uint32_t bucket)
{
    uint32_t shift = bucket >> STEP_BITS ? (bucket >> STEP_BITS) - 1 : 0;
    return ((uint64_t)(bucket - (shift << STEP_BITS) + 1) << shift) - 1;
}

INLINE void bookPart(struct phb *p, uint32_t account, int part, uint32_t cycles)
{
    p->cells[account][PARTS_CELL + part] += cycles;
    p->parts[part][bucketOf(cycles)] += 1;
    if (UNLIKELY(cycles > EXACT_MAX) && cycles > p->partsMax[part]) p->partsMax[part] = cycles;
}

SLOW void bookLong(struct phb *p, uint32_t account, int write, uint32_t latency)
{
    uint64_t *cells = p->cells[account];
    cells[EXCESS_CELL + write] += bucketTop(bucketOf(latency)) - latency;
    if (latency > cells[MAX_CELL + write]) cells[MAX_CELL + write] = latency;
}

INLINE void book(struct phb *p, uint32_t account, int outcome, int write, uint32_t bytes, uint32_t latency)
{
    uint64_t *cells = p->cells[account];
    cells[outcome * 2 + write] += 1;
    cells[BYTES_CELL + write] += bytes;
    p->latencies[account * 2 + write][bucketOf(latency)] += 1;
    if (UNLIKELY(latency > EXACT_MAX)) bookLong(p, account, write, latency);
}

/* ---- times in order ---- */

static struct times newTimes(uint32_t capacity)
{
    uint32_t ring = 32;
    while (ring < capacity + 1) ring *= 2;
    return (struct times){ calloc(ring, 4), 0, 0, ring - 1 };
}

INLINE void addTime(struct times *t, int32_t time)
{
    uint32_t at = t->head + t->size++;
    while (at != t->head && t->at[(at - 1) & t->mask] > time) {
        t->at[at & t->mask] = t->at[(at - 1) & t->mask];
        at--;
    }
    t->at[at & t->mask] = time;
}

INLINE int32_t firstTime(const struct times *t)
{
    return t->size ? t->at[t->head & t->mask] : NEVER;
}

INLINE int32_t takeTime(struct times *t)
{
    t->size--;
    return t->at[t->head++ & t->mask];
}

/* ---- the link ---- */

INLINE int32_t freeOf(struct lane lane) { return lane.cycle + (lane.part > 0); }

/* (T7) */
INLINE int32_t carry(const struct unit *c, struct lane *lane, int32_t ready, struct lane takes, uint64_t *cut)
{
    int32_t cycle = lane->cycle, part = lane->part;
    if (UNLIKELY(cycle > ready + PAST)) { cycle = ready + PAST; *cut += 1; }
    part = ready > cycle ? 0 : part;
    cycle = ready > cycle ? ready : cycle;
    part += takes.part;
    int32_t rest = part - (int32_t)c->partsPerCycle;
    cycle += takes.cycle + (rest >= 0);
    part = rest >= 0 ? rest : part;
    *lane = (struct lane){ cycle, part };
    return cycle + (part > 0);
}

/* ---- reads that wait for their data ---- */

INLINE void serve(const struct unit *c, struct phb *p, struct hot *h, struct waiting w, uint32_t pace)
{
    int32_t fetching = w.time;
    if (c->readEngines) {
        for (int32_t line = 0; line < w.lines; line++) {
            int32_t free = p->engines[h->engine];
            fetching = free > fetching ? free : fetching;
            p->engines[h->engine] = fetching + c->dmaReadCycles;
            h->engine = h->engine + 1 == c->readEngines ? 0 : h->engine + 1;
        }
        if (UNLIKELY(fetching > w.time + PAST)) { fetching = w.time + PAST; p->cutEngines++; }
    }
    int32_t data = fetching + c->dmaReadCycles;
    int32_t done = carry(c, &h->down, data, downTime[w.bytes], &p->cutDown);
    p->cells[w.account][COMPLETIONS_CELL] += (w.bytes + c->payloadBytes - 1) >> c->payloadShift;
    if (fetching != w.time) bookPart(p, w.account, ENGINE_WAIT, fetching - w.time);
    if (done != data) bookPart(p, w.account, COMPLETION, done - data);
    p->credits[w.credit] = done;
    if (pace >= PACE_CLOSED) addTime(&p->loops[w.requester].reads, done);
    h->last = done > h->last ? done : h->last;
    book(p, w.account, w.outcome, 0, w.bytes, done - w.arrive);
}

INLINE void serveFirst(const struct unit *c, struct phb *p, struct hot *h, uint32_t pace)
{
    struct waiting first = p->waiting[h->waitHead++ & p->waitMask];
    h->waitSize--;
    serve(c, p, h, first, pace);
}

INLINE int32_t firstWaiting(const struct phb *p, const struct hot *h)
{
    return h->waitSize ? p->waiting[h->waitHead & p->waitMask].time : NEVER;
}

SLOW void growWaiting(struct phb *p, uint32_t head, uint32_t size)
{
    uint32_t mask = p->waitMask * 2 + 1;
    struct waiting *grown = malloc((mask + 1) * sizeof *grown);
    for (uint32_t at = head; at != head + size; at++) grown[at & mask] = p->waiting[at & p->waitMask];
    free(p->waiting);
    p->waiting = grown;
    p->waitMask = mask;
}

INLINE void park(struct phb *p, struct hot *h, struct waiting w)
{
    if (UNLIKELY(h->waitSize > p->waitMask)) growWaiting(p, h->waitHead, h->waitSize);
    uint32_t at = h->waitHead + h->waitSize++;
    while (at != h->waitHead && p->waiting[(at - 1) & p->waitMask].time > w.time) {
        p->waiting[at & p->waitMask] = p->waiting[(at - 1) & p->waitMask];
        at--;
    }
    p->waiting[at & p->waitMask] = w;
}

/* ---- arrivals ---- */

INLINE int64_t tick(struct loop *l)
{
    int64_t arrive = l->cycle + (l->rest > 0);
    l->cycle += machine.paceCycles;
    l->rest += machine.paceRest;
    if (l->rest >= REST_PER_CYCLE) { l->rest -= REST_PER_CYCLE; l->cycle++; }
    return arrive;
}

SLOW uint32_t addLoop(struct phb *p, uint32_t rid)
{
    struct loop *l = &p->loops[p->loopCount];
    /* (T5) A device that comes later has been idle for ever: its slots are free, its clock holds nothing. */
    const int32_t since = machine.pace == PACE_DEVICE ? -PAST : 0;
    *l = (struct loop){ since, 0, newTimes(machine.outstanding), newTimes(machine.outstanding) };
    for (uint32_t slot = 0; slot < machine.outstanding; slot++) addTime(&l->writes, since);
    if (p->loopOf) p->loopOf[rid] = p->loopCount + 1;
    return p->loopCount++;
}

/* (T5) When the next request arrives. */
INLINE int32_t arrival(const struct unit *c, struct phb *p, struct hot *h, int32_t step, uint32_t rid, uint32_t *requester,
                       uint32_t pace)
{
    if (pace == PACE_TRACE) {
        h->now += step;
        if (LIKELY(h->now >= -PAST)) return h->now;
        p->stalls++;
        return -PAST;
    }
    if (pace == PACE_INTERVAL) {
        int64_t arrive = tick(p->loops);
        if (LIKELY(arrive >= -PAST)) return arrive;
        p->stalls++;
        return -PAST;
    }
    uint32_t number = 0;
    if (pace == PACE_DEVICE) {
        number = p->loopOf[rid];
        number = number ? number - 1 : addLoop(p, rid);
    }
    *requester = number;
    struct loop *l = &p->loops[number];
    for (;;) {
        int32_t writes = firstTime(&l->writes), reads = firstTime(&l->reads);
        int32_t free = writes < reads ? writes : reads;
        if (UNLIKELY(h->waitSize && firstWaiting(p, h) <= free)) { serveFirst(c, p, h, pace); continue; }
        takeTime(writes < reads ? &l->writes : &l->reads);
        int64_t issue = free > h->now ? free : h->now;
        if (machine.paceCycles | machine.paceRest) {
            if (issue > l->cycle) { l->cycle = issue; l->rest = 0; }
            issue = tick(l);
        }
        h->now = issue;
        return issue;
    }
}

/* ---- RID to PE ---- */

INLINE uint32_t retryOf(const struct unit *c, uint64_t address)
{
    if (c->remoteBelow == 0) return 0;
    uint32_t line = (uint32_t)(address >> 7) ^ (uint32_t)(address >> 39);
    return line * GOLDEN < c->remoteBelow ? c->retryCycles : 0;
}

/* (T11) Another RID than that of the request before; returns the cycles of its read. */
static __attribute__((noinline)) uint32_t lookupRid(struct phb *p, uint32_t rid)
{
    p->rteClock++;
    p->rteUse[rid] = p->rteClock;
    if (p->cachedPe[rid] != NO_PE) return 0;
    uint32_t slot = p->rteUsed;
    if (slot < machine.rteEntries) p->rteUsed++;
    else {
        slot = 0;
        for (uint32_t other = 1; other < machine.rteEntries; other++)
            if (p->rteUse[p->rteRids[other]] < p->rteUse[p->rteRids[slot]]) slot = other;
        p->cachedPe[p->rteRids[slot]] = NO_PE;
    }
    p->rteRids[slot] = rid;
    p->cachedPe[rid] = p->rtt[rid];
    p->rteMisses++;
    p->uncachedReads++;
    return machine.unit.readCycles + retryOf(&machine.unit, RTT_BASE + rid * 2);
}

static void dropRtes(struct phb *p)
{
    for (uint32_t slot = 0; slot < p->rteUsed; slot++) p->cachedPe[p->rteRids[slot]] = NO_PE;
    p->rteUsed = 0;
    p->hot.lastRid = NO_PE;
}

/* ---- the TCE cache ---- */

INLINE uint32_t setOf(const struct unit *c, uint64_t key)
{
    if (c->isXor) {
        uint32_t high = key >> 32;
        uint32_t folded = (uint32_t)key ^ ((high & ((1 << PAGE_HIGH_BITS) - 1)) << c->foldShift);
        for (uint32_t width = c->setBits; width < 32; width += width) folded ^= folded >> width;
        return (folded ^ (high >> (PAGE_HIGH_BITS + 1))) & c->setMask;
    }
    if (LIKELY(c->setMask + 1 == c->sets)) return (uint32_t)key & c->setMask;
    return (key & ((1ull << (32 + PAGE_HIGH_BITS)) - 1)) % c->sets;
}

/* The entry of a key, or NULL; a use moves it to the front. */
INLINE struct entry *findEntry(const struct unit *c, struct entry *set, uint64_t key)
{
    if (LIKELY(set->key == key)) return set;
    for (uint32_t way = 1; way < c->ways; way++) {
        if (set[way].key != key) continue;
        if (c->isFifo) return &set[way];
        struct entry found = set[way];
        for (; way > 0; way--) set[way] = set[way - 1];
        set[0] = found;
        return set;
    }
    return NULL;
}

/* The last way makes room: it is empty, or the least recent. */
INLINE struct entry *placeEntry(const struct unit *c, struct entry *set, uint64_t key)
{
    for (uint32_t way = c->ways - 1; way > 0; way--) set[way] = set[way - 1];
    set->key = key;
    return set;
}

/* ---- fetches in flight ---- */

INLINE uint64_t lineKeyOf(uint64_t key)
{
    uint64_t page = key & ((1ull << (32 + PAGE_HIGH_BITS)) - 1);
    return (key & ~((1ull << (32 + PAGE_HIGH_BITS)) - 1)) | page >> 4;
}

INLINE uint32_t fetchSet(uint64_t key)
{
    return (key ^ key >> 7 ^ key >> (32 + PAGE_HIGH_BITS - 2)) & (FETCH_SETS - 1);
}

SLOW struct fetch *findOverflow(struct phb *p, uint64_t key, int32_t looked)
{
    for (uint32_t at = 0; at < p->overflows; at++)
        if (p->overflow[at].key == key && p->overflow[at].arrives > looked) return &p->overflow[at];
    return NULL;
}

INLINE struct fetch *findFetch(struct phb *p, uint64_t key, int32_t looked)
{
    struct fetch *set = p->fetches[fetchSet(key)];
    for (int way = 0; way < FETCH_WAYS; way++)
        if (set[way].key == key && set[way].arrives > looked) return &set[way];
    if (UNLIKELY(p->overflowUntil > looked)) return findOverflow(p, key, looked);
    return NULL;
}

SLOW void addOverflow(struct phb *p, struct fetch fetch, int32_t looked)
{
    uint32_t kept = 0;
    for (uint32_t at = 0; at < p->overflows; at++)
        if (p->overflow[at].arrives > looked) p->overflow[kept++] = p->overflow[at];
    p->overflow[kept] = fetch;
    p->overflows = kept + 1;
    if (fetch.arrives > p->overflowUntil) p->overflowUntil = fetch.arrives;
}

/* A fetch whose TCE has arrived by `looked` is over: nobody who is still to come looks before that. */
INLINE void addFetch(struct phb *p, struct fetch fetch, int32_t looked)
{
    struct fetch *set = p->fetches[fetchSet(fetch.key)];
    for (int way = 0; way < FETCH_WAYS; way++)
        if (set[way].arrives <= looked) { set[way] = fetch; return; }
    addOverflow(p, fetch, looked);
}

/* ---- walks ---- */

INLINE uint64_t wordAt(const struct phb *p, uint64_t address)
{
    return __builtin_bswap64(*(const uint64_t *)(p->memory + (address - NODE_BASE)));
}

INLINE uint64_t entryAddress(const struct tve *t, uint64_t table, uint64_t address, uint32_t level)
{
    uint64_t index = address >> (t->indexBits * level + t->pageShift);
    return table + (index & ((1ull << t->indexBits) - 1)) * 8;
}

/* (T19) */
INLINE uint32_t readCycles(const struct unit *c, struct phb *p, uint32_t line)
{
    uint32_t retry = retryOf(c, (uint64_t)line << 7);
    if (c->cachedLines == 0) { p->uncachedReads++; return c->readCycles + retry; }
    uint32_t *slot = &p->directory[line & (c->cachedLines - 1)];
    uint32_t isCached = *slot == line;
    *slot = line;
    p->cachedReads += isCached;
    p->uncachedReads += !isCached;
    return (isCached ? c->cachedReadCycles : c->readCycles) + retry;
}

struct walked { uint32_t cycles, line, tce; };

/* (T18) The walk of a request whose tables were read ahead, or are read now. */
INLINE struct walked walk(const struct unit *c, struct phb *p, const struct tve *t, uint64_t address, int turn)
{
    struct walked w = { 0, 0, 0 };
    if (turn >= 0 && p->isAhead[turn]) {
        for (int level = t->levels - 1; level >= 0; level--) {
            w.line = p->ahead[turn].line[level];
            w.cycles += readCycles(c, p, w.line) + c->responseCycles;
            p->walkReads[level]++;
        }
        w.tce = p->ahead[turn].tce;
        return w;
    }
    uint64_t table = t->root;
    for (int level = t->levels - 1; level >= 0; level--) {
        uint64_t at = entryAddress(t, table, address, level);
        uint64_t word = wordAt(p, at);
        if (UNLIKELY((word & 3) == 0)) fail("page fault at 0x%" PRIx64 ": the twin knows no faults", address);
        w.line = at >> 7;
        w.tce = word;
        w.cycles += readCycles(c, p, w.line) + c->responseCycles;
        p->walkReads[level]++;
        table = word & ~0xfffull;
    }
    return w;
}

INLINE uint64_t addressOf(const uint32_t *item)
{
    return (uint64_t)(item[2] & 0x07ffffff) << 32 | item[1];
}

INLINE uint64_t keyOf(const struct tve *t, uint32_t tve, uint64_t address)
{
    return (uint64_t)tve << (32 + PAGE_HIGH_BITS) | address >> t->pageShift;
}

INLINE uint32_t tveOf(const struct unit *c, uint32_t pe, uint32_t upper)
{
    return pe * 2 + (c->isGte4gb ? upper != 0 : upper >> 27 & 1);
}

INLINE bool isMsiAddress(const struct unit *c, uint32_t upper, uint32_t lower)
{
    return (c->window32 && upper == 0 && lower >> 16 == 0xffff) || (c->window64 && upper >> 28 == 1);
}

/* Reads the tables for requests that the TCE cache does not hold now: all of a level, then the next. */
static __attribute__((noinline)) void readAhead(struct phb *p, const uint32_t *items, int count)
{
    uint64_t tables[AHEAD], addresses[AHEAD];
    const struct tve *tves[AHEAD];
    uint8_t turns[AHEAD];
    int misses = 0;
    uint32_t levels = 0;
    for (int turn = 0; turn < count; turn++) {
        const uint32_t *item = items + turn * QUAD;
        uint32_t tve = tveOf(&machine.unit, p->rtt[item[0] >> 16] & (PES_MAX - 1), item[2]);
        const struct tve *t = &p->tves[tve];
        uint64_t address = addressOf(item), key = keyOf(t, tve, address);
        const struct entry *set = p->cache + setOf(&machine.unit, key) * machine.unit.ways;
        bool isHere = t->levels == 0 || (address & t->beyond) != 0 || isMsiAddress(&machine.unit, item[2], item[1]);
        for (uint32_t way = 0; way < machine.unit.ways; way++) isHere |= set[way].key == key;
        p->isAhead[turn] = !isHere;
        turns[misses] = turn;
        tables[misses] = t->root;
        addresses[misses] = address;
        tves[misses] = t;
        misses += !isHere;
        levels = !isHere && t->levels > levels ? t->levels : levels;
    }
    for (int level = levels - 1; level >= 0; level--) {
        for (int at = 0; at < misses; at++) {
            uint64_t entry = entryAddress(tves[at], tables[at], addresses[at], level);
            bool isDue = level < (int)tves[at]->levels;
            tables[at] = isDue ? entry : tables[at];
            __builtin_prefetch(p->memory + (tables[at] - NODE_BASE));
            uint32_t line = tables[at] >> 7;
            p->ahead[turns[at]].line[level] = line;
            __builtin_prefetch(&p->directory[line & (machine.unit.cachedLines - 1)], 1);
        }
        for (int at = 0; at < misses; at++) {
            if (level >= (int)tves[at]->levels) continue;
            uint64_t word = wordAt(p, tables[at]);
            if (UNLIKELY((word & 3) == 0)) fail("page fault at 0x%" PRIx64 ": the twin knows no faults", addresses[at]);
            tables[at] = word & ~0xfffull;
            p->ahead[turns[at]].tce = word;
        }
    }
}

/* ---- the port ---- */

INLINE int32_t max32(int32_t a, int32_t b) { return a > b ? a : b; }

/* (T8) The cycle from which a write has its credits. */
INLINE int32_t writeCredits(const struct unit *c, struct phb *p, struct hot *h, int32_t units)
{
    if (c->postedHeaders + c->postedData == 0) return -PAST;
    while ((c->postedHeaders && h->held == c->postedHeaders)
           || (c->postedData && h->freeUnits < units)) {
        struct posted oldest = p->posted[h->oldest++ & p->postedMask];
        h->postedReady = oldest.back;
        h->freeUnits += oldest.units;
        h->held--;
    }
    return h->postedReady;
}

INLINE void handOn(const struct unit *c, struct phb *p, struct hot *h, int32_t units, int32_t cycle)
{
    if (c->postedHeaders + c->postedData == 0) return;
    h->postedBack = max32(h->postedBack, cycle);
    p->posted[(h->oldest + h->held++) & p->postedMask] = (struct posted){ units, h->postedBack };
    h->freeUnits -= units;
}

/* (T8) The cycle from which a read has its credit, whose number goes to `credit`. */
INLINE int32_t readCredits(const struct unit *c, struct phb *p, struct hot *h, int32_t *credit, uint32_t pace)
{
    *credit = c->nonPostedHeaders;
    if (c->nonPostedHeaders == 0) return -PAST;
    uint32_t number = h->creditNext;
    while (UNLIKELY(p->credits[number] == NEVER)) serveFirst(c, p, h, pace);
    h->creditReady = max32(h->creditReady, p->credits[number]);
    p->credits[number] = NEVER;
    h->creditNext = number + 1 == c->nonPostedHeaders ? 0 : number + 1;
    *credit = number;
    return h->creditReady;
}

/* ---- a request ---- */

/* (T17, T18) Returns when the TCE arrives. */
INLINE int32_t fetchTce(const struct unit *c, struct phb *p, struct hot *h, uint32_t account, int32_t looked, uint32_t cycles)
{
    int32_t tagWait = 0;
    if (LIKELY(p->tags.size == c->tags)) {
        tagWait = max32(takeTime(&p->tags) - looked, 0);
        if (tagWait) { bookPart(p, account, TAG_WAIT, tagWait); h->lookupFree += tagWait; }
    }
    int32_t begins = looked + tagWait;
    if (c->walkers) {
        int32_t wait = max32(takeTime(&p->walkers) - begins, 0);
        if (wait) bookPart(p, account, WALKER_WAIT, wait);
        begins += wait;
    }
    bookPart(p, account, WALK, cycles);
    int32_t arrives = begins + cycles;
    addTime(&p->tags, arrives);
    if (c->walkers) addTime(&p->walkers, arrives);
    return arrives;
}

/* (T14 to T18) Fills an entry that was just taken; returns its outcome. */
INLINE int fillEntry(const struct unit *c, struct phb *p, struct hot *h, struct entry *entry, const struct tve *t,
                     uint64_t address, int32_t looked, int turn)
{
    uint64_t line = 0;
    if (c->merge == MERGE_LINE) {
        line = lineKeyOf(entry->key);
        struct fetch *fetch = findFetch(p, line, looked);
        if (fetch) {
            entry->ready = fetch->arrives;
            entry->tce = wordAt(p, ((uint64_t)fetch->line << 7) + (address >> t->pageShift & 15) * 8);
            return MERGED;
        }
    }
    struct walked walked = walk(c, p, t, address, turn);
    int32_t arrives = fetchTce(c, p, h, t->account, looked, walked.cycles);
    entry->ready = arrives;
    entry->tce = walked.tce;
    if (c->merge == MERGE_LINE) addFetch(p, (struct fetch){ line, arrives, walked.line }, looked);
    return MISS;
}

/* (T12) An MSI ends when it is decided, or with the writes before it. */
INLINE void endMsi(const struct unit *c, struct phb *p, struct hot *h, int write, uint32_t pe, int32_t arrive, int32_t decided,
                   uint32_t bytes, int32_t units, int32_t credit, uint32_t requester, uint32_t pace)
{
    int32_t done = decided;
    if (write) {
        done = max32(done, p->lastWrite[pe]);
        p->lastWrite[pe] = done;
        if (done != decided) bookPart(p, NO_WINDOW, ORDER_WAIT, done - decided);
        handOn(c, p, h, units, done);
    } else p->credits[credit] = done;
    if (pace >= PACE_CLOSED) addTime(&p->loops[requester].writes, done);
    h->last = max32(h->last, done);
    p->cells[NO_WINDOW][UNSERVED_CELL + write] += bytes;
    book(p, NO_WINDOW, MSI, write, bytes, done - arrive);
}

/*
 * The TLPs of a write behind its first one: the same page, so that each of them hits or merges, and the same
 * PE. What they count alike is booked once for all of them.
 */
INLINE void writeRest(const struct unit *c, struct phb *p, struct hot *h, const struct entry *entry,
                      uint32_t account, uint32_t pe, uint32_t rid, uint32_t rest, uint32_t pace)
{
    uint64_t *const latencies = p->latencies[account * 2 + 1], *const links = p->parts[LINK];
    uint64_t *const cells = p->cells[account];
    const int32_t there = entry->ready;
    struct lane up = h->up;
    int32_t rteFree = h->rteFree, lookupFree = h->lookupFree, before = p->lastWrite[pe];
    uint64_t linked = 0, merged = 0, count = 0;
    cells[BYTES_CELL + 1] += rest;
    do {
        const uint32_t bytes = rest < c->payloadBytes ? rest : c->payloadBytes;
        const int32_t units = (bytes + 15) >> 4;
        uint32_t requester = 0;
        if (pace >= PACE_CLOSED) h->up = up;
        const int32_t arrive = arrival(c, p, h, 0, rid, &requester, pace);
        const int32_t ready = max32(arrive, freeOf(up));
        const int32_t credits = writeCredits(c, p, h, units);
        const int32_t creditWait = max32(credits - ready, 0);
        const int32_t received = carry(c, &up, max32(arrive, credits), upTime[bytes], &p->cutUp);
        const int32_t link = received - arrive - creditWait;
        const int32_t inTurn = max32(received + (int32_t)c->rteCycles, rteFree);
        rteFree = inTurn + 1;
        const int32_t decided = inTurn + c->tvtCycles;
        const int32_t looked = max32(decided + (int32_t)c->lookupCycles, lookupFree);
        lookupFree = looked + 1;
        const int32_t admission = looked - received - (int32_t)(c->rteCycles + c->tvtCycles + c->lookupCycles);
        const int32_t translated = max32(looked, there);
        const int32_t ordered = max32(translated, before);
        before = ordered;
        handOn(c, p, h, units, ordered);
        const int32_t done = ordered + c->dmaWriteCycles;
        if (pace >= PACE_CLOSED) addTime(&p->loops[requester].writes, done);
        const uint32_t latency = done - arrive;
        if (UNLIKELY(creditWait)) bookPart(p, account, CREDIT_WAIT, creditWait);
        if (LIKELY(link <= EXACT_MAX)) { links[link] += link != 0; linked += link; }
        else bookPart(p, account, LINK, link);
        if (admission) bookPart(p, account, ADMISSION, admission);
        if (UNLIKELY(translated != looked)) { bookPart(p, account, MERGE_WAIT, translated - looked); merged++; }
        if (UNLIKELY(ordered != translated)) bookPart(p, account, ORDER_WAIT, ordered - translated);
        latencies[bucketOf(latency)] += 1;
        if (UNLIKELY(latency > EXACT_MAX)) bookLong(p, account, 1, latency);
        h->last = max32(h->last, done);
        count++;
        rest -= bytes;
    } while (rest);
    h->up = up;
    h->rteFree = rteFree;
    h->lookupFree = lookupFree;
    p->lastWrite[pe] = before;
    cells[PARTS_CELL + LINK] += linked;
    cells[HIT * 2 + 1] += count - merged;
    cells[MERGED * 2 + 1] += merged;
}

/* ---- time ---- */

static int32_t aged(int64_t time, int64_t cycles)
{
    return time - cycles > -PAST ? time - cycles : -PAST;
}

static void ageTimes(struct times *t, int64_t cycles)
{
    for (uint32_t at = 0; at < t->size; at++) {
        int32_t *time = &t->at[(t->head + at) & t->mask];
        *time = aged(*time, cycles);
    }
}

/* Everything that the unit remembers is `cycles` longer ago; `isMoved`: so are the arrivals. */
static void age(struct phb *p, int64_t cycles, bool isMoved)
{
    struct hot *h = &p->hot;
    h->up.cycle = aged(h->up.cycle, cycles);
    h->down.cycle = aged(h->down.cycle, cycles);
    h->rteFree = aged(h->rteFree, cycles);
    h->lookupFree = aged(h->lookupFree, cycles);
    h->postedReady = aged(h->postedReady, cycles);
    h->postedBack = aged(h->postedBack, cycles);
    h->creditReady = aged(h->creditReady, cycles);
    for (uint32_t at = 0; at <= p->postedMask; at++) p->posted[at].back = aged(p->posted[at].back, cycles);
    for (uint32_t at = 0; at <= machine.unit.nonPostedHeaders; at++)
        if (p->credits[at] != NEVER) p->credits[at] = aged(p->credits[at], cycles);
    for (uint32_t at = 0; at < machine.unit.readEngines; at++) p->engines[at] = aged(p->engines[at], cycles);
    for (uint32_t pe = 0; pe < PES_MAX; pe++) p->lastWrite[pe] = aged(p->lastWrite[pe], cycles);
    for (uint32_t at = 0; at < machine.unit.entries; at++) p->cache[at].ready = aged(p->cache[at].ready, cycles);
    for (int set = 0; set < FETCH_SETS; set++)
        for (int way = 0; way < FETCH_WAYS; way++)
            p->fetches[set][way].arrives = aged(p->fetches[set][way].arrives, cycles);
    for (uint32_t at = 0; at < p->overflows; at++) p->overflow[at].arrives = aged(p->overflow[at].arrives, cycles);
    p->overflowUntil = aged(p->overflowUntil, cycles);
    ageTimes(&p->tags, cycles);
    ageTimes(&p->walkers, cycles);
    for (uint32_t at = 0; at < h->waitSize; at++) {
        struct waiting *w = &p->waiting[(h->waitHead + at) & p->waitMask];
        w->time = aged(w->time, cycles);
        w->arrive -= cycles;
    }
    if (h->last > -PAST - 1 && p->origin + h->last > p->lastBefore) p->lastBefore = p->origin + h->last;
    h->last = -PAST - 1;
    p->origin += cycles;
    if (!isMoved) return;
    h->now = machine.pace == PACE_TRACE ? h->now - cycles : aged(h->now, cycles);
    for (uint32_t at = 0; at < p->loopCount; at++) {
        p->loops[at].cycle -= cycles;
        ageTimes(&p->loops[at].writes, cycles);
        ageTimes(&p->loops[at].reads, cycles);
    }
}

static __attribute__((noinline)) void serveUntil(struct phb *p, int64_t cycle);

/* Interrupts serve no reads: one that waited all the while would be cut at PAST, its arrival not. */
SLOW void rebase(struct phb *p)
{
    const int32_t now = max32(p->hot.rteFree, p->hot.lookupFree);
    serveUntil(p, now);
    age(p, now, true);
}

/* ---- the life of requests ---- */

/*
 * Replays the items in the cells from..to up to the first that is no request; returns the cell of that
 * one, or `to`. `c` and `pace` are constants of each copy of it.
 */
INLINE uint64_t replayAs(const struct unit *c, struct phb *p, const uint32_t *items, uint64_t from, uint64_t to, bool isAhead,
                         const uint32_t pace)
{
    struct hot hot = p->hot, *h = &hot;
    uint64_t at = from;
    uint64_t misses = 0;
    for (; at < to; at += QUAD) {
        const uint32_t head = items[at];
        if (UNLIKELY((head & KIND_MASK) > ITEM_WRITE)) break;
        const int write = head & 1;
        const uint32_t rid = head >> 16, upper = items[at + 2];
        const uint64_t address = addressOf(items + at);
        uint32_t rest = (head >> 4 & 0xfff) + 1;
        /* 1. (T4) The piece in TLPs; what is the same for all of them first. */
        uint32_t rteRead = 0;
        if (rid != h->lastRid) {
            rteRead = lookupRid(p, rid);
            h->lastRid = rid;
            h->pe = p->cachedPe[rid];
            if (UNLIKELY(h->pe >= c->peCount)) fail("bad RTE of RID %" PRIu64 ": the twin knows no faults", rid);
        }
        const uint32_t pe = h->pe, tve = tveOf(c, pe, upper);
        const struct tve *t = &p->tves[tve];
        const bool isMsi = isMsiAddress(c, upper, items[at + 1]);
        if (UNLIKELY(!isMsi && (upper >> 28 || (address & t->beyond) || t->levels == 0)))
            fail("address 0x%" PRIx64 " lies in no window: the twin knows no faults",
                 (uint64_t)upper << 32 | items[at + 1]);
        const uint32_t account = isMsi ? NO_WINDOW : t->account;
        const uint64_t key = keyOf(t, tve, address);
        struct entry *const set = p->cache + setOf(c, key) * c->ways;
        struct entry *entry = NULL;
        const uint32_t limit = write ? c->payloadBytes : c->readRequestBytes;
        uint32_t bytes = limit - (items[at + 1] & (limit - 1));
        uint32_t offset = items[at + 1];
        int32_t step = items[at + 3];
        for (;;) {
            bytes = bytes < rest ? bytes : rest;
            /* 2. (T5 to T8) It arrives, gets its credits, and comes over the link. */
            uint32_t requester = 0;
            const int32_t arrive = arrival(c, p, h, step, rid, &requester, pace);
            const int32_t ready = max32(arrive, freeOf(h->up));
            const int32_t units = (bytes + 15) >> 4;
            int32_t credit = 0;
            const int32_t credits = write ? writeCredits(c, p, h, units) : readCredits(c, p, h, &credit, pace);
            const int32_t creditWait = max32(credits - ready, 0);
            const int32_t received = carry(c, &h->up, max32(arrive, credits), upTime[write ? bytes : 0], &p->cutUp);
            if (UNLIKELY(creditWait)) bookPart(p, account, CREDIT_WAIT, creditWait);
            const int32_t link = received - arrive - creditWait;
            if (LIKELY(link)) bookPart(p, account, LINK, link);
            /* 3. (T9 to T12) RID to PE# and TVE, in order. */
            const int32_t inTurn = max32(received + c->rteCycles, h->rteFree);
            h->rteFree = inTurn + 1 + rteRead;
            int32_t admission = inTurn - c->rteCycles - received;
            if (UNLIKELY(rteRead)) bookPart(p, account, RTE, rteRead);
            const int32_t decided = inTurn + rteRead + c->tvtCycles;
            rteRead = 0;
            if (UNLIKELY(isMsi)) {
                if (admission) bookPart(p, account, ADMISSION, admission);
                endMsi(c, p, h, write, pe, arrive, decided, bytes, units, credit, requester, pace);
                goto next;
            }
            /* 4. (T13) The lookup, in order. */
            const int32_t looked = max32(decided + c->lookupCycles, h->lookupFree);
            h->lookupFree = looked + 1;
            admission += looked - c->lookupCycles - decided;
            if (admission) bookPart(p, account, ADMISSION, admission);
            /* 5. (T14) The entry: here, on its way, or to be fetched. */
            int outcome = HIT;
            int32_t translated = looked;
            const int turn = isAhead ? (int)(at - from) / QUAD : -1;
            if (!entry) entry = findEntry(c, set, key);
            if (UNLIKELY(!entry)) {
                entry = placeEntry(c, set, key);
                outcome = fillEntry(c, p, h, entry, t, address, looked, turn);
                translated = entry->ready;
                misses++;
                if (outcome == MERGED) bookPart(p, account, MERGE_WAIT, translated - looked);
            } else if (UNLIKELY(entry->ready > looked)) {
                if (c->merge == MERGE_NONE) {
                    outcome = MISS;
                    translated = fetchTce(c, p, h, account, looked, walk(c, p, t, address, turn).cycles);
                } else {
                    outcome = MERGED;
                    translated = entry->ready;
                    bookPart(p, account, MERGE_WAIT, translated - looked);
                }
            }
            if (UNLIKELY(!(entry->tce >> write & 1))) fail("access fault at 0x%" PRIx64 ": the twin knows no faults", address);
            /* 6. (T23 to T25) Writes of a PE complete in order, reads when their data have come back. */
            if (write) {
                const int32_t ordered = max32(translated, p->lastWrite[pe]);
                p->lastWrite[pe] = ordered;
                if (UNLIKELY(ordered != translated)) bookPart(p, account, ORDER_WAIT, ordered - translated);
                handOn(c, p, h, units, ordered);
                const int32_t done = ordered + c->dmaWriteCycles;
                if (pace >= PACE_CLOSED) addTime(&p->loops[requester].writes, done);
                h->last = max32(h->last, done);
                book(p, account, outcome, 1, bytes, done - arrive);
            } else {
                const struct waiting read = { translated, arrive, bytes, ((offset & 127) + bytes + 127) >> 7,
                                              account, outcome, credit, requester };
                while (h->waitSize && firstWaiting(p, h) <= looked) serveFirst(c, p, h, pace);
                if (LIKELY(translated == looked)) serve(c, p, h, read, pace);
                else park(p, h, read);
            }
next:
            rest -= bytes;
            if (rest == 0) break;
            if (write && entry && c->merge != MERGE_NONE) {
                writeRest(c, p, h, entry, account, pe, rid, rest, pace);
                break;
            }
            offset += bytes;
            bytes = limit;
            step = 0;
        }
        if (UNLIKELY(max32(h->rteFree, h->lookupFree) > REBASE_AT)) {
            p->hot = hot;
            rebase(p);
            hot = p->hot;
        }
    }
    p->hot = hot;
    p->missShare = at > from ? misses * 64 / ((at - from) / QUAD) : p->missShare;
    return at;
}

#define COPY(name, unit, pace) \
    static __attribute__((noinline)) uint64_t name(struct phb *p, const uint32_t *items, uint64_t from, \
                                                   uint64_t to, bool isAhead) \
    { return replayAs(unit, p, items, from, to, isAhead, pace); }
COPY(presetTrace, &PHB4, PACE_TRACE)
COPY(presetInterval, &PHB4, PACE_INTERVAL)
COPY(presetClosed, &PHB4, PACE_CLOSED)
COPY(presetDevice, &PHB4, PACE_DEVICE)
COPY(anyTrace, &machine.unit, PACE_TRACE)
COPY(anyInterval, &machine.unit, PACE_INTERVAL)
COPY(anyClosed, &machine.unit, PACE_CLOSED)
COPY(anyDevice, &machine.unit, PACE_DEVICE)

static uint64_t (*const REPLAYS[2][4])(struct phb *, const uint32_t *, uint64_t, uint64_t, bool) = {
    { anyTrace, anyInterval, anyClosed, anyDevice },
    { presetTrace, presetInterval, presetClosed, presetDevice },
};

/* ---- what is no request ---- */

/* Serves the reads that have their addresses at or before a cycle. */
static __attribute__((noinline)) void serveUntil(struct phb *p, int64_t cycle)
{
    struct hot hot = p->hot;
    while (hot.waitSize && firstWaiting(p, &hot) <= cycle) serveFirst(&machine.unit, p, &hot, machine.pace);
    p->hot = hot;
}

static int64_t timeNow(struct phb *p, int32_t step)
{
    struct hot *h = &p->hot;
    if (machine.pace >= PACE_CLOSED) return h->now;
    if (machine.pace == PACE_TRACE) h->now += step;
    int64_t now = machine.pace == PACE_TRACE ? h->now : p->loops->cycle + (p->loops->rest > 0);
    return now < -PAST ? -PAST : now;
}

static void makeWindows(struct phb *p, uint32_t pe);

static void execute(struct phb *p, const uint32_t *item)
{
    struct hot *h = &p->hot;
    h->rteFree = max32(h->rteFree, timeNow(p, item[3]));
    serveUntil(p, h->rteFree);
    if (max32(h->rteFree, h->lookupFree) > REBASE_AT) rebase(p);
    if ((item[0] & KIND_MASK) == ITEM_LEAP) {
        int64_t cycles = (uint64_t)item[2] << 32 | item[1];
        int64_t behind = timeNow(p, 0) + (cycles < PAST ? cycles : PAST);
        serveUntil(p, behind > h->rteFree ? behind : h->rteFree);
        age(p, cycles, false);
        return;
    }
    uint32_t rid = item[7] & 0xffff, pe = item[7] >> 16;
    if (p->rtt[rid] != NO_PE) dropRtes(p);
    p->rtt[rid] = pe;
    if (pe < machine.unit.peCount) makeWindows(p, pe);
}

static void replay(struct phb *p, const uint32_t *items, uint64_t from, uint64_t to)
{
    uint64_t (*run)(struct phb *, const uint32_t *, uint64_t, uint64_t, bool) =
        REPLAYS[!memcmp(&machine.unit, &PHB4, sizeof PHB4)][machine.pace];
    while (from < to) {
        if ((items[from] & KIND_MASK) > ITEM_WRITE) {
            execute(p, items + from);
            from += 2 * QUAD;
            continue;
        }
        /* More than 3 of 64 requests missed: their tables are worth being read ahead. */
        bool isAhead = machine.isAhead && p->missShare > 3;
        uint64_t end = to - from > CHUNK_CELLS ? from + CHUNK_CELLS : to;
        if (isAhead) {
            end = to - from > AHEAD * QUAD ? from + AHEAD * QUAD : to;
            for (uint64_t at = from; at < end; at += QUAD) if ((items[at] & KIND_MASK) > ITEM_WRITE) end = at;
            readAhead(p, items + from, (end - from) / QUAD);
        }
        from = run(p, items, from, end, isAhead);
    }
}

/* ---- tables: models/kernel, models/table and models/memory/buddy.ts ---- */

struct node { uint64_t lowest[16]; bool isFree[16]; uint64_t next, end; };
static struct node nodes[256];

/* Block number of the lowest free block of an order: the smallest that is large enough is split. */
static uint64_t takeBlock(struct node *n, uint32_t order)
{
    for (uint32_t from = order; from <= machine.orderMax; from++) {
        uint64_t block;
        if (from < machine.orderMax) {
            if (!n->isFree[from]) continue;
            block = n->lowest[from];
            n->isFree[from] = false;
        } else {
            if (n->next == n->end) break;
            block = n->next++;
        }
        while (from-- > order) {
            block *= 2;
            n->lowest[from] = block + 1;
            n->isFree[from] = true;
        }
        return block;
    }
    fail("no block of order %" PRIu64 " for a table", order);
    return 0;
}

static uint64_t newTable(struct phb *p, const struct window *w)
{
    if (w->levelShift > machine.orderMax + machine.basePageShift) fail("a table of 2^%" PRIu64 " bytes is no block", w->levelShift);
    uint64_t block = takeBlock(&nodes[p->number], w->levelShift - machine.basePageShift);
    return NODE_BASE + (block << w->levelShift);
}

/* Maps pages from entry `first` on to the real addresses that equal their offsets in the window. */
static void mapPages(struct phb *p, const struct window *w, const struct tve *t, uint64_t first, uint64_t count,
                     uint64_t real)
{
    for (uint64_t index = first; index < first + count; index++) {
        uint64_t table = t->root, address = index << w->pageShift;
        for (int level = w->levels - 1; level > 0; level--) {
            uint64_t at = entryAddress(t, table, address, level);
            if (!wordAt(p, at)) {
                /* The mirror's levels come first, then the hardware's. */
                for (int mirror = level; mirror > 0; mirror--) newTable(p, w);
                for (int made = level; made > 0; made--) {
                    uint64_t child = newTable(p, w);
                    *(uint64_t *)(p->memory + (at - NODE_BASE)) = __builtin_bswap64(child | 3);
                    at = entryAddress(t, child, address, made - 1);
                    table = child;
                }
                break;
            }
            table = wordAt(p, at) & ~0xfffull;
        }
        uint64_t *leaf = (uint64_t *)(p->memory + (entryAddress(t, table, address, 0) - NODE_BASE));
        *leaf = __builtin_bswap64((real + ((index - first) << w->pageShift)) | 3);
    }
}

static void mapTouched(struct phb *p, uint32_t pe, uint32_t slot, const struct tve *t)
{
    const struct window *w = &machine.windows[slot];
    const uint64_t *bits = p->touched[slot][pe];
    if (!bits) return;
    uint64_t before = (w->start - w->tableStart) >> w->pageShift;
    uint64_t pages = w->bytes >> w->pageShift;
    for (uint64_t word = 0; word * 64 < pages; word++)
        for (uint64_t rest = bits[word]; rest; rest &= rest - 1) {
            uint64_t page = word * 64 + __builtin_ctzll(rest);
            mapPages(p, w, t, before + page, 1, page << w->pageShift);
        }
}

/* The windows that a PE gets before its first request, with their tables. */
static void makeWindows(struct phb *p, uint32_t pe)
{
    if (p->isMade[pe]) return;
    p->isMade[pe] = true;
    for (uint32_t slot = 0; slot < machine.windowCount; slot++) {
        const struct window *w = &machine.windows[slot];
        struct tve *t = &p->tves[pe * 2 + slot];
        uint32_t indexBits = w->levelShift - 3;
        uint64_t span = w->pageShift + indexBits * w->levels;
        uint64_t all = (1ull << 59) - 1;
        *t = (struct tve){ newTable(p, w), all & ~((1ull << span) - 1), w->pageShift, indexBits, w->levels,
                           ++p->accounts };
        newTable(p, w);
        if (p->accounts > 1024) fail("more than %" PRIu64 " windows", 1024);
        if (machine.map == MAP_ALL)
            mapPages(p, w, t, (w->start - w->tableStart) >> w->pageShift, w->bytes >> w->pageShift, 0);
    }
    if (machine.map == MAP_TOUCHED)
        for (uint32_t slot = 0; slot < machine.windowCount; slot++) mapTouched(p, pe, slot, &p->tves[pe * 2 + slot]);
}

/* ---- feeding: sim/replay/feeder.ts ---- */

static struct phb *newPhb(uint32_t number)
{
    struct phb *p = zeroed(sizeof *p);
    p->number = number;
    /* Each PHB has a node of memory of its own (T36). */
    p->memory = zeroed(machine.ramBytes);
    if (machine.isHuge) madvise(p->memory, machine.ramBytes, MADV_HUGEPAGE);
    p->hot.lastRid = NO_PE;
    p->hot.postedReady = p->hot.postedBack = p->hot.creditReady = -PAST;
    p->hot.freeUnits = machine.unit.postedData;
    p->hot.last = -PAST - 1;
    p->cache = zeroed(machine.unit.entries * sizeof *p->cache);
    for (uint32_t at = 0; at < machine.unit.entries; at++) p->cache[at].key = ~0ull;
    p->tags = newTimes(machine.unit.tags);
    p->walkers = newTimes(machine.unit.walkers ? machine.unit.walkers : 1);
    for (uint32_t tag = 0; tag < machine.unit.tags; tag++) addTime(&p->tags, 0);
    for (uint32_t walker = 0; walker < machine.unit.walkers; walker++) addTime(&p->walkers, 0);
    for (int set = 0; set < FETCH_SETS; set++)
        for (int way = 0; way < FETCH_WAYS; way++) p->fetches[set][way] = (struct fetch){ ~0ull, -PAST, 0 };
    p->overflowUntil = -PAST;
    p->directory = zeroed((machine.unit.cachedLines + 1) * 4);
    memset(p->directory, 0xff, (machine.unit.cachedLines + 1) * 4);
    uint32_t held = machine.unit.postedHeaders ? machine.unit.postedHeaders : machine.unit.postedData, ring = 32;
    while (ring < held + 1) ring *= 2;
    p->posted = calloc(ring, sizeof *p->posted);
    p->postedMask = ring - 1;
    p->credits = malloc((machine.unit.nonPostedHeaders + 1) * 4);
    for (uint32_t at = 0; at <= machine.unit.nonPostedHeaders; at++) p->credits[at] = -PAST;
    p->engines = malloc((machine.unit.readEngines + 1) * 4);
    for (uint32_t at = 0; at <= machine.unit.readEngines; at++) p->engines[at] = -PAST;
    p->waitMask = 1023;
    p->waiting = malloc(1024 * sizeof *p->waiting);
    p->loops = zeroed((machine.pace == PACE_DEVICE ? 65536 : 1) * sizeof *p->loops);
    if (machine.pace == PACE_DEVICE) p->loopOf = zeroed(65536 * 4);
    else addLoop(p, 0);
    p->rtt = malloc(65536 * 4);
    p->cachedPe = malloc(65536 * 4);
    p->peOf = malloc(65536 * 4);
    memset(p->rtt, 0xff, 65536 * 4);
    memset(p->cachedPe, 0xff, 65536 * 4);
    memset(p->peOf, 0xff, 65536 * 4);
    p->rteUse = zeroed(65536 * 8);
    p->rteRids = calloc(machine.rteEntries + 1, 4);
    p->cells = zeroed(1025 * sizeof *p->cells);
    p->latencies = zeroed(1025ull * 2 * sizeof *p->latencies);
    p->parts = zeroed(PARTS * sizeof *p->parts);
    struct node *n = &nodes[number];
    uint64_t pages = machine.ramBytes >> machine.basePageShift;
    for (uint32_t order = 0; order < machine.orderMax; order++) {
        uint64_t blocks = pages >> order;
        n->isFree[order] = blocks & 1;
        n->lowest[order] = blocks - 1;
    }
    n->end = pages >> machine.orderMax;
    return p;
}

static void flush(struct phb *p)
{
    if (!machine.isFused) return;
    replay(p, p->items, 0, p->used);
    p->used = 0;
}

INLINE uint32_t *claim(struct phb *p, uint32_t cells)
{
    if (UNLIKELY(p->used + cells > p->room)) {
        if (machine.isFused && p->room) flush(p);
        else {
            p->room = machine.isFused ? CHUNK_CELLS : p->room ? p->room * 2 : 1 << 22;
            p->items = realloc(p->items, p->room * 4);
            if (!p->items) fail("no memory for %" PRIu64 " cells", p->room);
        }
    }
    uint32_t *at = p->items + p->used;
    p->used += cells;
    return at;
}

struct batch {
    uint64_t rows;
    const uint64_t *time, *address, *value;
    const uint8_t *op, *phb;
    const uint16_t *rid, *pe;
    const uint32_t *length;
};

static uint64_t startNs, rowsSeen, lastNs;

/* The first edge at or after a time. */
INLINE int64_t edgeAt(uint64_t ns)
{
    uint64_t us = ns / 1000;
    return us * machine.clockMHz + ((ns - us * 1000) * machine.clockMHz + 999) / 1000;
}

SLOW void addLeap(struct phb *p, int64_t cycles)
{
    uint32_t *item = claim(p, 2 * QUAD);
    memset(item, 0, 2 * QUAD * 4);
    item[0] = ITEM_LEAP;
    item[1] = cycles;
    item[2] = cycles >> 32;
}

SLOW void addAssign(struct phb *p, uint32_t rid, uint32_t pe)
{
    uint32_t *item = claim(p, 2 * QUAD);
    memset(item, 0, 2 * QUAD * 4);
    item[0] = ITEM_ASSIGN;
    item[7] = rid | pe << 16;
    p->peOf[rid] = pe;
}

static __attribute__((noinline)) void feed(const struct batch *b)
{
    for (uint64_t row = 0; row < b->rows; row++) {
        if (UNLIKELY(b->op[row] > 1)) fail("row %" PRIu64 ": the twin knows reads and writes only", rowsSeen + row);
        if (UNLIKELY(b->time[row] < lastNs)) fail("row %" PRIu64 ": time runs back", rowsSeen + row);
        lastNs = b->time[row];
        struct phb *p = phbs[b->phb[row]];
        if (UNLIKELY(!p)) p = phbs[b->phb[row]] = newPhb(b->phb[row]);
        int64_t cycle = p->cycle;
        if (machine.pace == PACE_TRACE) {
            if (UNLIKELY(rowsSeen + row == 0)) startNs = b->time[0];
            cycle = edgeAt(b->time[row] - startNs);
            if (UNLIKELY(cycle - p->cycle > STEP_MAX)) { addLeap(p, cycle - p->cycle); p->cycle = cycle; }
        }
        uint32_t rid = b->rid[row], rest = b->length[row];
        uint64_t address = b->address[row];
        if (UNLIKELY(rest == 0 || address + rest < address)) fail("row %" PRIu64 ": length", rowsSeen + row);
        if (UNLIKELY(p->peOf[rid] != b->pe[row])) addAssign(p, rid, b->pe[row]);
        while (rest > 0) {
            uint32_t bytes = PIECE_BYTES - (address & (PIECE_BYTES - 1));
            bytes = bytes < rest ? bytes : rest;
            uint32_t *item = claim(p, QUAD);
            item[0] = b->op[row] | (bytes - 1) << 4 | rid << 16;
            item[1] = address;
            item[2] = address >> 32;
            item[3] = cycle - p->cycle;
            p->cycle = cycle;
            address += bytes;
            rest -= bytes;
        }
    }
    rowsSeen += b->rows;
}

/* `--map touched`: sim/replay/touched-pages.ts. */
static __attribute__((noinline)) void touch(const struct batch *b)
{
    for (uint64_t row = 0; row < b->rows; row++) {
        uint64_t address = b->address[row], second = machine.unit.isGte4gb ? 1ull << 32 : 1ull << 59;
        uint32_t slot = address >= second, pe = b->pe[row];
        if (slot >= machine.windowCount || address >> 60 || pe >= machine.unit.peCount) continue;
        struct phb *p = phbs[b->phb[row]];
        if (UNLIKELY(!p)) p = phbs[b->phb[row]] = newPhb(b->phb[row]);
        const struct window *w = &machine.windows[slot];
        uint64_t offset = address - slot * second, end = offset + b->length[row];
        end = end < w->bytes ? end : w->bytes;
        if (UNLIKELY(offset >= end)) continue;
        uint64_t *bits = p->touched[slot][pe];
        if (UNLIKELY(!bits)) bits = p->touched[slot][pe] = zeroed((w->bytes >> w->pageShift) / 8 + 8);
        for (uint64_t page = offset >> w->pageShift; page << w->pageShift < end; page++)
            bits[page >> 6] |= 1ull << (page & 63);
    }
}

/* ---- the trace: an Arrow IPC file as the product writes it ---- */

/* A field of a flatbuffer table, 0 where it is absent. */
static const unsigned char *field(const unsigned char *table, int number)
{
    const unsigned char *vtable = table - *(const int32_t *)table;
    uint32_t at = 4 + 2 * number;
    if (at >= *(const uint16_t *)vtable || *(const uint16_t *)(vtable + at) == 0) return NULL;
    return table + *(const uint16_t *)(vtable + at);
}

static const unsigned char *reference(const unsigned char *at) { return at ? at + *(const uint32_t *)at : NULL; }

static const char *const COLUMNS[] = { "time_ns", "op", "phb", "rid", "pe", "length", "address", "value" };
#define COLUMN_COUNT 8

static void checkSchema(const unsigned char *schema)
{
    const unsigned char *fields = reference(field(schema, 1));
    if (!fields || *(const uint32_t *)fields != COLUMN_COUNT) fail("expected %" PRIu64 " columns", COLUMN_COUNT);
    for (int column = 0; column < COLUMN_COUNT; column++) {
        const unsigned char *name = reference(field(reference(fields + 4 + 4 * column), 0));
        if (strcmp((const char *)name + 4, COLUMNS[column])) fail("column %" PRIu64 ": not the product's order", column);
    }
}

static const unsigned char *bufferAt(const unsigned char *batch, const unsigned char *body, int index)
{
    const unsigned char *buffers = reference(field(batch, 2));
    if (index >= (int)*(const uint32_t *)buffers) fail("no buffer %" PRIu64, index);
    return body + *(const int64_t *)(buffers + 4 + index * 16);
}

static void checkDictionary(const unsigned char *header, const unsigned char *body)
{
    const unsigned char *batch = reference(field(header, 1));
    const int32_t *offsets = (const int32_t *)bufferAt(batch, body, 1);
    const char *words = (const char *)bufferAt(batch, body, 2);
    if (offsets[1] != 4 || memcmp(words, "read", 4) || memcmp(words + offsets[1], "write", 5))
        fail("dictionary of operations: expected read, write%.0" PRIu64, 0);
}

static struct batch columnsOf(const unsigned char *header, const unsigned char *body)
{
    const unsigned char *nodes = reference(field(header, 1));
    if (field(header, 3)) fail("compressed batches are unknown%.0" PRIu64, 0);
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (*(const int64_t *)(nodes + 4 + column * 16 + 8)) fail("column %" PRIu64 " has nulls", column);
    const void *at[COLUMN_COUNT];
    for (int column = 0; column < COLUMN_COUNT; column++) at[column] = bufferAt(header, body, 2 * column + 1);
    return (struct batch){ *(const int64_t *)field(header, 0), at[0], at[6], at[7], at[1], at[2], at[3], at[4], at[5] };
}

static bool readWhole(int file, void *target, uint64_t bytes)
{
    for (uint64_t got = 0; got < bytes;) {
        ssize_t now = read(file, (char *)target + got, bytes - got);
        if (now <= 0) return false;
        got += now;
    }
    return true;
}

/* Hands every batch of the trace to `take`. */
static void readTrace(void (*take)(const struct batch *))
{
    int file = open(machine.trace, O_RDONLY);
    if (file < 0) fail("the trace cannot be opened%.0" PRIu64, 0);
    char magic[8];
    if (!readWhole(file, magic, 8) || memcmp(magic, "ARROW1", 6)) fail("no Arrow file%.0" PRIu64, 0);
    static unsigned char *header, *body;
    static uint64_t headerRoom, bodyRoom;
    for (;;) {
        uint32_t prefix[2];
        if (!readWhole(file, prefix, 8) || prefix[0] != 0xffffffff) fail("no Arrow message%.0" PRIu64, 0);
        if (prefix[1] == 0) break;
        if (prefix[1] > headerRoom) header = realloc(header, headerRoom = prefix[1]);
        if (!readWhole(file, header, prefix[1])) fail("the trace breaks off%.0" PRIu64, 0);
        const unsigned char *message = reference(header), *length = field(message, 3);
        uint64_t bytes = length ? *(const int64_t *)length : 0;
        if (bytes > bodyRoom) { free(body); body = malloc(bodyRoom = bytes); }
        if (!readWhole(file, body, bytes)) fail("the trace breaks off%.0" PRIu64, 0);
        const unsigned char *content = reference(field(message, 2));
        switch (*field(message, 1)) {
        case 1: checkSchema(content); break;
        case 2: checkDictionary(content, body); break;
        case 3: {
            struct batch batch = columnsOf(content, body);
            take(&batch);
            break;
        }
        default: fail("Arrow message of kind %" PRIu64, *field(message, 1));
        }
    }
    close(file);
}

/* ---- the outcome: bench/digest.ts says which numbers in which order ---- */

static uint64_t hash = 0xcbf29ce484222325ull;

static void add(uint64_t number)
{
    for (int byte = 0; byte < 8; byte++, number >>= 8) hash = (hash ^ (number & 0xff)) * 0x100000001b3ull;
}

static void addHistogram(const uint64_t *counts)
{
    for (uint64_t bucket = 0; bucket < BUCKETS; bucket++)
        if (counts[bucket]) { add(bucket); add(counts[bucket]); }
    add(BUCKETS);
}

static void addZeros(int count) { while (count-- > 0) add(0); }

static void addPhb(struct phb *p)
{
    serveUntil(p, INT64_MAX);
    const struct hot *h = &p->hot;
    int64_t last = h->last > -PAST - 1 ? p->origin + h->last : 0;
    add(p->number);
    add(last > p->lastBefore ? last : p->lastBefore);
    add(p->stalls);
    add(p->cutUp + p->cutDown + p->cutEngines);
    for (int level = 0; level < LEVELS_MAX; level++) add(p->walkReads[level]);
    addZeros(LEVELS_MAX);
    add(p->rteMisses);
    add(p->cachedReads);
    add(p->uncachedReads);
    addZeros(10 + 2 * 3);
    add(BUCKETS);
    add(BUCKETS);
    addZeros(2 + 3 + 1);
    for (uint64_t account = 0; account <= p->accounts; account++)
        for (int cell = 0; cell < ACCOUNT_CELLS; cell++) add(p->cells[account][cell]);
    for (uint64_t row = 0; row < (p->accounts + 1) * 2; row++) addHistogram(p->latencies[row]);
    for (int part = 0; part < PARTS; part++) addHistogram(p->parts[part]);
    for (int part = 0; part < PARTS; part++) {
        uint64_t most = p->partsMax[part];
        for (uint64_t cycles = EXACT_MAX; !most && cycles; cycles--) if (p->parts[part][cycles]) most = cycles;
        add(most);
    }
    for (uint64_t account = 0; account <= p->accounts; account++)
        for (int cell = 0; cell < BYTES_CELL; cell++) requests += p->cells[account][cell];
}

static double cpuSeconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void prepare(void)
{
    for (uint32_t bytes = 0; bytes <= machine.unit.payloadBytes; bytes++) {
        uint64_t parts = (uint64_t)(bytes + machine.requestOverhead) * machine.parts;
        upTime[bytes] = (struct lane){ parts / machine.unit.partsPerCycle, parts % machine.unit.partsPerCycle };
    }
    for (uint32_t bytes = 0; bytes <= machine.unit.readRequestBytes; bytes++) {
        uint64_t completions = (bytes + machine.unit.payloadBytes - 1) / machine.unit.payloadBytes;
        uint64_t parts = (bytes + completions * machine.completionOverhead) * machine.parts;
        downTime[bytes] = (struct lane){ parts / machine.unit.partsPerCycle, parts % machine.unit.partsPerCycle };
    }
    machine.unit.payloadShift = __builtin_ctz(machine.unit.payloadBytes);
    machine.unit.sets = machine.unit.entries / machine.unit.ways;
    machine.unit.setBits = 31 - __builtin_clz(machine.unit.sets);
    machine.unit.setMask = (1u << machine.unit.setBits) - 1;
    if (machine.unit.sets == 1) { machine.unit.isXor = 0; machine.unit.setMask = 0; }
    else machine.unit.foldShift = 32 % machine.unit.setBits;
    if (machine.ramBytes > 1ull << 38) fail("host.ram: at most %" PRIu64 " bytes", 1ull << 38);
    if (machine.unit.peCount > PES_MAX) fail("at most %" PRIu64 " PEs", PES_MAX);
}

/* Where a PE's tables lie follows from the order of the PEs: for touched pages, that of their numbers. */
static void prepareTables(void)
{
    if (machine.map != MAP_TOUCHED) return;
    readTrace(touch);
    for (int number = 0; number < 256; number++)
        for (uint32_t pe = 0; phbs[number] && pe < machine.unit.peCount; pe++)
            if (phbs[number]->touched[0][pe] || phbs[number]->touched[1][pe]) makeWindows(phbs[number], pe);
}

int main(int count, char **arguments)
{
    for (int at = 1; at < count; at++) readArgument(arguments[at]);
    prepare();
    prepareTables();
    double tables = cpuSeconds();
    readTrace(feed);
    for (int number = 0; number < 256; number++) if (phbs[number]) flush(phbs[number]);
    double fed = cpuSeconds(), best = 0, first = 0;
    for (uint32_t pass = 0; !machine.isFused && pass < machine.passes; pass++) {
        double before = cpuSeconds();
        for (int number = 0; number < 256; number++) {
            struct phb *p = phbs[number];
            if (p) replay(p, p->items, 0, p->used);
        }
        double took = cpuSeconds() - before;
        if (pass == 0) first = took;
        best = pass < 2 ? took : took < best ? took : best;
    }
    for (int number = 0; number < 256; number++) if (phbs[number]) addPhb(phbs[number]);
    printf("{\"digest\":\"%016" PRIx64 "\",\"requests\":%" PRIu64 ",\"rows\":%" PRIu64
           ",\"tablesSeconds\":%.6f,\"feedSeconds\":%.6f,\"firstPassSeconds\":%.6f,\"bestPassSeconds\":%.6f,"
           "\"cpuSeconds\":%.6f}\n",
           hash, requests, rowsSeen, tables, fed - tables, first, best, cpuSeconds());
    return 0;
}
