/** What the gate and a build's process say to each other, as plain data. */

/** What a build's process is started with, as JSON in its first argument. */
export interface BuildOrder {
  readonly requests: number;
  /** Directory for its traces, which is there. */
  readonly folder: string;
}

/** Runs a case so often; the first question about a case prepares it. */
export interface Question {
  readonly name: string;
  readonly runs: number;
  /** Whether the digest is wanted, of all runs so far. */
  readonly wantsDigest?: boolean;
}

/** What a build's process says: first its cases, then an answer to each question. */
export type Answer =
  | { readonly names: readonly string[] }
  | { readonly cpuMicroseconds: number; readonly digest?: string }
  | { readonly failure: string };

/** A build that can be asked. */
export interface Build {
  readonly names: readonly string[];
  /** Processor time of the runs in microseconds, and the digest if it was wanted. */
  ask(question: Question): Promise<{ cpuMicroseconds: number; digest?: string }>;
}
