/** What each device of a log did. */
import { formatRid } from '../../../models/rte.ts';
import { bucketOf, bucketTop } from '../../unit/books/histogram.ts';
import { FAULT_KIND, HIT_KIND } from './outcome-kinds.ts';
import type { DeviceRow } from './page-data.ts';

/** Devices of a page; there may be 65536 on each PHB. */
const DEVICES_MAX = 500;

interface Device {
  readonly phb: number;
  readonly rid: number;
  requests: number;
  writes: number;
  bytes: number;
  hits: number;
  faults: number;
  cycles: number;
  max: number;
  readonly latencies: Map<number, number>;
}

/** A request, as far as its device is concerned. */
export interface DeviceRequest {
  readonly phb: number;
  readonly rid: number;
  readonly isWrite: boolean;
  readonly bytes: number;
  readonly kind: number;
  readonly latency: number;
}

export class LogDevices {
  private readonly devices = new Map<number, Device>();

  add({ phb, rid, isWrite, bytes, kind, latency }: DeviceRequest): void {
    const device = this.deviceOf(phb, rid);
    device.requests += 1;
    device.bytes += bytes;
    if (isWrite) device.writes += 1;
    if (kind === HIT_KIND) device.hits += 1;
    if (kind === FAULT_KIND) device.faults += 1;
    device.cycles += latency;
    device.max = Math.max(device.max, latency);
    const bucket = bucketOf(latency);
    device.latencies.set(bucket, (device.latencies.get(bucket) ?? 0) + 1);
  }

  /** The devices with the most requests, and how many others there are. */
  rows(cycleNs: number): { rows: DeviceRow[]; left: number } {
    const all = [...this.devices.values()].sort(
      (one, other) => other.requests - one.requests || one.phb - other.phb || one.rid - other.rid,
    );
    const rows = all.slice(0, DEVICES_MAX).map((device) => rowOf(device, cycleNs));
    return { rows, left: all.length - rows.length };
  }

  private deviceOf(phb: number, rid: number): Device {
    const key = phb * 2 ** 16 + rid;
    const known = this.devices.get(key);
    if (known) return known;
    const counts = { requests: 0, writes: 0, bytes: 0, hits: 0, faults: 0, cycles: 0, max: 0 };
    const device: Device = { phb, rid, ...counts, latencies: new Map<number, number>() };
    this.devices.set(key, device);
    return device;
  }
}

function rowOf(device: Device, cycleNs: number): DeviceRow {
  const { phb, rid, requests, writes, bytes, hits, faults, cycles, max, latencies } = device;
  const sorted = [...latencies].sort(([one], [other]) => one - other);
  const at = (share: number) => {
    let seen = 0;
    const found = sorted.find(([, count]) => {
      seen += count;
      return seen >= share * requests;
    });
    return Math.min(max, bucketTop((found ?? sorted[sorted.length - 1])[0])) * cycleNs;
  };
  return {
    phb,
    rid: formatRid(rid),
    requests,
    writes,
    bytes,
    hits,
    faults,
    mean: (cycles / requests) * cycleNs,
    p50: at(0.5),
    p99: at(0.99),
    max: max * cycleNs,
  };
}
