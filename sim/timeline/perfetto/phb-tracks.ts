/** The tracks of one PHB: a process for its unit, and one for its requests, of which many are under way. */
import { named, type Track } from './trace-event.ts';

/** Tracks of the unit that it has one of, in their order. */
const SINGLE = ['link upstream', 'RTE stage', 'lookup stage', 'link downstream'] as const;
/** Tracks of which it has many, behind those. */
const NUMBERED = ['kill queue', 'tag', 'walker'] as const;

export type SingleTrack = (typeof SINGLE)[number];
export type NumberedTrack = (typeof NUMBERED)[number];

/** Numbers of tracks from one kind to the next: more than there are tags. */
const KIND_STEP = 2 ** 20;

export class PhbTracks {
  readonly unitPid: number;
  private readonly requestPid: number;
  private readonly used = new Map<string, Track>();

  constructor(private readonly phb: number) {
    this.unitPid = 2 * phb + 1;
    this.requestPid = 2 * phb + 2;
  }

  single(name: SingleTrack): Track {
    return this.track(this.unitPid, 1 + SINGLE.indexOf(name), name);
  }

  numbered(kind: NumberedTrack, number: number): Track {
    const first = (1 + NUMBERED.indexOf(kind)) * KIND_STEP;
    return this.track(this.unitPid, first + number, `${kind} ${number}`);
  }

  request(lane: number): Track {
    return this.track(this.requestPid, 1 + lane, `request ${lane}`);
  }

  /** The names of all that are used. */
  names(): string[] {
    return [
      ...named('process', this.unitPid, 0, `PHB ${this.phb}: unit`),
      ...named('process', this.requestPid, 0, `PHB ${this.phb}: requests`),
      ...[...this.used.values()].flatMap(({ pid, tid, name }) => named('thread', pid, tid, name)),
    ];
  }

  private track(pid: number, tid: number, name: string): Track {
    const known = this.used.get(name);
    if (known) return known;
    const track = { pid, tid, name };
    this.used.set(name, track);
    return track;
  }
}
