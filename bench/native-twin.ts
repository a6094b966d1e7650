/**
 * Builds and runs the native twin of the TCE unit (native/twin.c) on a trace and a machine, as far as it
 * covers them; native/README.md says how far. Where there is no gcc there is no twin.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError } from '../models/input-error.ts';
import { placeOf, tableBytesOf } from '../models/kernel/group/window-place.ts';
import { parseKernel } from '../models/kernel/kernel.ts';
import { orderMaxOf } from '../models/memory/buddy.ts';
import { linkRate } from '../models/phb/link-rate.ts';
import type { UnitConfig } from '../models/phb/unit-config.ts';
import { isRefused, tableGeometry } from '../models/table/geometry.ts';
import type { Machine } from '../sim/replay/machine.ts';
import { cyclesOf } from '../sim/unit/clock.ts';

/** The package; compiled code lies one folder deeper than its source. */
const PACKAGE = import.meta.url.endsWith('.ts') ? '..' : '../..';
const SOURCE = fileURLToPath(new URL(`${PACKAGE}/bench/native/twin.c`, import.meta.url));
const BUILD_FOLDER = fileURLToPath(new URL(`${PACKAGE}/out/native`, import.meta.url));
const FLAGS = ['-O3', '-march=native', '-fno-tree-vectorize', '-Wall', '-Wextra', '-Werror'];
/** A cycle in the units of `paceRest`: ps times MHz. */
const REST_PER_CYCLE = 1_000_000;

const PACES = { trace: 0, interval: 1, phb: 2, device: 3 } as const;
const MERGES = { none: 0, entry: 1, line: 2 } as const;

/** How the twin runs. */
export interface TwinOptions {
  /** Rows are replayed as they are read; otherwise the items are decoded first, and replayed so often. */
  readonly passes: number | 'fused';
}

/** What the twin answers. */
export interface TwinResult {
  /** See digest.ts. */
  readonly digest: string;
  readonly requests: number;
  readonly rows: number;
  /** Seconds of CPU: mapping the touched pages, decoding (and, fused, replaying), the whole process. */
  readonly tablesSeconds: number;
  readonly feedSeconds: number;
  readonly cpuSeconds: number;
  /** Seconds of CPU for the decoded items: the first pass, and the fastest of those behind it. */
  readonly firstPassSeconds: number;
  readonly bestPassSeconds: number;
}

/** Builds the twin if that is not done yet; its path, or undefined where there is no gcc. */
export function buildTwin(): string | undefined {
  if (spawnSync('gcc', ['--version']).status !== 0) return undefined;
  const source = readFileSync(SOURCE);
  const version = createHash('sha256').update(source).update(FLAGS.join(' ')).digest('hex');
  const path = `${BUILD_FOLDER}/twin-${version.slice(0, 12)}`;
  if (existsSync(path)) return path;
  mkdirSync(BUILD_FOLDER, { recursive: true });
  const fresh = `${path}.${process.pid}`;
  execFileSync('gcc', [...FLAGS, '-o', fresh, SOURCE]);
  // Another process may build the same: whoever is last wins with the same bytes.
  renameSync(fresh, path);
  return path;
}

/** Runs the twin at `path`. Throws InputError on a machine that it does not cover, Error when it fails. */
export function runTwin(
  path: string,
  trace: string,
  machine: Machine,
  { passes }: TwinOptions,
): TwinResult {
  const isFused = passes === 'fused';
  const numbers = {
    ...frontNumbers(machine.config),
    ...cacheNumbers(machine.config),
    ...pathNumbers(machine.config),
    ...hostNumbers(machine),
    ...pacingNumbers(machine),
    isFused: Number(isFused),
    // Pages of 2 MiB make walks a sixth faster, and cost seconds where tables are large.
    isHuge: Number(!isFused),
    passes: isFused ? 1 : passes,
  };
  const settings = Object.entries(numbers).map(([key, value]) => `${key}=${value}`);
  const { status, stdout, stderr, error } = spawnSync(
    path,
    [`trace=${trace}`, ...settings, ...windowTexts(machine)],
    { encoding: 'utf8' },
  );
  if (error) throw error;
  if (status !== 0) throw new InputError(stderr.trim().split('\n')[0]);
  return JSON.parse(stdout) as TwinResult;
}

/** Link, port, and the stages up to the TVE. */
function frontNumbers({ unit, link, credits, pe, rteCache, tvt, msi }: UnitConfig) {
  const { parts, partsPerCycle } = linkRate(link, unit.clockMHz);
  return {
    clockMHz: unit.clockMHz,
    parts,
    partsPerCycle,
    payloadBytes: link.payloadBytes,
    readRequestBytes: link.readRequestBytes,
    requestOverhead: link.requestOverheadBytes,
    completionOverhead: link.completionOverheadBytes,
    ...credits,
    peCount: pe.count,
    isGte4gb: Number(pe.tveSelect === 'gte4gb'),
    window32: Number(msi.window32),
    window64: Number(msi.window64),
    rteEntries: rteCache.entries,
    rteCycles: rteCache.hitCycles,
    tvtCycles: tvt.readCycles,
  };
}

/** The TCE cache. Throws InputError on what the twin lacks. */
function cacheNumbers({ rteCache, tceCache, lineBuffer, walkCache }: UnitConfig) {
  const { entries, ways, hash, replacement, lookupCycles, responseCycles } = tceCache;
  if (replacement !== 'lru' && replacement !== 'fifo')
    throw lacks('tceCache.replacement', replacement);
  if (tceCache.granule !== 'entry') throw lacks('tceCache.granule', tceCache.granule);
  if (tceCache.hitUnderMiss !== 'always')
    throw lacks('tceCache.hitUnderMiss', tceCache.hitUnderMiss);
  if (rteCache.invalidPe !== 'refuse') throw lacks('rteCache.invalidPe', rteCache.invalidPe);
  if (lineBuffer.entries !== 0) throw lacks('lineBuffer.entries', lineBuffer.entries);
  for (const [level, size] of Object.entries(walkCache)) {
    if (size !== 0) throw lacks(`walkCache.${level}`, size);
  }
  return {
    entries,
    ways,
    isXor: Number(hash === 'xor'),
    isFifo: Number(replacement === 'fifo'),
    lookupCycles,
    responseCycles,
  };
}

/** Tags, walks, and the ways of the data. */
function pathNumbers({ unit, tags, walkers, memory, dma }: UnitConfig) {
  const cycles = (ns: number) => cyclesOf(ns, unit.clockMHz);
  return {
    tags: tags.count,
    merge: MERGES[tags.merge],
    walkers: walkers.count,
    readCycles: cycles(memory.readNs),
    cachedReadCycles: cycles(memory.cachedReadNs),
    cachedLines: memory.cachedLines,
    remoteBelow: Math.min(Math.floor((memory.remoteShare * 2 ** 32) / 100), 2 ** 32 - 1),
    retryCycles: cycles(memory.retryNs),
    dmaReadCycles: cycles(dma.readNs),
    dmaWriteCycles: cycles(dma.writeNs),
    readEngines: dma.readEngines,
  };
}

function hostNumbers({ host, map }: Machine) {
  const { mirror } = parseKernel(host.kernel).era.tables;
  if (mirror !== 'tree') throw lacks('host.kernel', host.kernel);
  if (host.freeBlocks) throw lacks('host.freeBlocks', host.freeBlocks.join(','));
  if (map === 'none') throw lacks('map', map);
  return {
    ramBytes: host.ramBytes,
    basePageShift: host.basePageShift,
    orderMax: orderMaxOf(host.basePageShift),
    map: Number(map === 'all'),
    isAhead: 1,
  };
}

function pacingNumbers({ pacing, config }: Machine) {
  const ps = pacing.kind === 'interval' ? pacing.ps : pacing.kind === 'closed' ? pacing.everyPs : 0;
  const parts = ps * config.unit.clockMHz;
  return {
    pace: PACES[pacing.kind === 'closed' ? pacing.each : pacing.kind],
    paceCycles: Math.floor(parts / REST_PER_CYCLE),
    paceRest: parts % REST_PER_CYCLE,
    outstanding: pacing.kind === 'closed' ? pacing.outstanding : 0,
  };
}

/** The windows with the shapes of their tables. */
function windowTexts({ windows, config, host, map }: Machine): string[] {
  if (windows.length === 0) throw lacks('windows', 0);
  return windows.map(({ pageShift, levels, bytes }, slot) => {
    const place = placeOf(slot, config.pe.tveSelect);
    const windowBytes = tableBytesOf(place, bytes);
    const { basePageShift } = host;
    const { geometry: rules } = parseKernel(host.kernel).era.tables;
    const geometry = tableGeometry({ pageShift, levels, windowBytes, basePageShift }, rules);
    if (isRefused(geometry)) throw new InputError(`window: ${geometry.reason}`);
    const { start, tableStart } = place;
    const reach = geometry.effectiveWindowBytes - (start - tableStart);
    const mapped = map === 'all' ? bytes : reach;
    return `window=${[pageShift, levels, geometry.levelShift, mapped, start, tableStart].join(':')}`;
  });
}

function lacks(key: string, value: string | number): InputError {
  return new InputError(`${key}: the native twin does not have ${value}`);
}
