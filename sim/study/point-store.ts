/**
 * The directory of a study: `study.json` tells whose it is, `points/` has a file for each finished point. A
 * point's file carries a digest of plan, version and point, and one of its own content: one that is half-written,
 * changed or another study's is not believed, and the point runs again.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../models/input-error.ts';
import { makeDirectories } from '../directory.ts';
import { RESULTS_FILE, STUDY_FILE } from '../formats.ts';
import { writeWhole } from './file-write.ts';
import type { StudyPlan } from './plan.ts';
import type { StudyPoint } from './points.ts';
import { StoreError } from './store-error.ts';
import { differenceWords, identityOf, isSame, type StudyIdentity } from './study-identity.ts';
import type { PointRecord } from './study-schema.ts';

const POINTS_FOLDER = 'points';
/** The study of a directory; undefined where it has none. Throws InputError on a file that is none. */
export function readIdentity(directory: string): StudyIdentity | undefined {
  const path = join(directory, STUDY_FILE);
  const text = textOf(path);
  if (text === undefined) return undefined;
  const found = parsed(text) as Partial<StudyIdentity> | undefined;
  if (typeof found?.version === 'string' && typeof found.planDigest === 'string' && found.plan) {
    return found as StudyIdentity;
  }
  throw new InputError(`${path}: expected the plan of a study, as sweep writes it`);
}

export class PointStore {
  private constructor(
    private readonly directory: string,
    private readonly identity: StudyIdentity,
  ) {}

  /** The store of a directory that exists, to read. */
  static existing(directory: string, identity: StudyIdentity): PointStore {
    return new PointStore(directory, identity);
  }

  /**
   * The store of a plan in a directory, which comes into being; shards may share one. Throws InputError where the
   * directory is another study's, StoreError where nothing can be written.
   */
  static open(directory: string, plan: StudyPlan): PointStore {
    const store = PointStore.of(directory, identityOf(plan));
    store.prepare();
    return store;
  }

  /** The store of a study that was put together, in a directory that comes into being. Throws as `open` does. */
  static adopt(directory: string, identity: StudyIdentity): PointStore {
    const store = PointStore.of(directory, identity);
    store.prepare();
    return store;
  }

  private static of(directory: string, identity: StudyIdentity): PointStore {
    const found = readIdentity(directory);
    if (found !== undefined && !isSame(found, identity)) {
      throw new InputError(
        `${directory}: holds points of another study: ${differenceWords(found, 'there', identity, 'here')}; ` +
          'give another -o, or delete the directory',
      );
    }
    if (found === undefined && existsSync(join(directory, RESULTS_FILE))) {
      throw new InputError(`${directory}: holds the results of a run; give another -o`);
    }
    return new PointStore(directory, identity);
  }

  /** The record of a finished point; undefined where there is none to believe. */
  read(point: StudyPoint): PointRecord | undefined {
    const text = textOf(this.pathOf(point));
    const file = text === undefined ? undefined : parsed(text);
    const { digest, check, record } = (file ?? {}) as Record<string, unknown>;
    if (digest !== this.digestOf(point) || check !== sha256(JSON.stringify(record)))
      return undefined;
    return record as PointRecord;
  }

  /** Keeps the record of a finished point. Throws StoreError. */
  write(point: StudyPoint, record: PointRecord): void {
    const check = sha256(JSON.stringify(record));
    const file = { digest: this.digestOf(point), check, record };
    writeWhole(this.pathOf(point), `${JSON.stringify(file)}\n`);
  }

  /** Writes another file of the study, whole. Throws StoreError. */
  writeFile(name: string, content: string | Uint8Array): void {
    writeWhole(join(this.directory, name), content);
  }

  /** Forgets points, and what processes that were killed left of them. */
  forget(points: readonly StudyPoint[]): void {
    const folder = join(this.directory, POINTS_FOLDER);
    const names = new Set(points.map(fileNameOf));
    for (const name of readdirSync(folder)) {
      const whole = name.replace(/\.\d+\.partial$/, '');
      if (names.has(whole)) rmSync(join(folder, name), { force: true });
    }
  }

  /** Removes a file of the study, if it is there. */
  removeFile(name: string): void {
    rmSync(join(this.directory, name), { force: true });
  }

  private prepare(): void {
    const folder = join(this.directory, POINTS_FOLDER);
    try {
      makeDirectories(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const problem = `${folder}: cannot be made a directory (${code})`;
      throw code === 'ENOSPC' ? new StoreError(problem) : new InputError(problem);
    }
    this.writeFile(STUDY_FILE, `${JSON.stringify(this.identity, null, 2)}\n`);
  }

  private pathOf(point: StudyPoint): string {
    return join(this.directory, POINTS_FOLDER, fileNameOf(point));
  }

  private digestOf({ name }: StudyPoint): string {
    const { version, planDigest: digest } = this.identity;
    return sha256(`${version}\n${digest}\n${name}`);
  }
}

function fileNameOf({ index }: StudyPoint): string {
  return `${index + 1}.json`;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new InputError(`${path}: cannot be read (${code})`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
