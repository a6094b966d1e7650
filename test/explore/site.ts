/** `tcesim explore` while it serves. */
import { start } from '../cli/command.ts';

/** A page that is served, and the way to end it. */
export interface Served {
  /** Ends with a slash. */
  readonly address: string;
  /** Ends as Ctrl-C does; answers the exit code. */
  stop(): Promise<number | null>;
}

/** Serves the page. Throws where it is refused. */
export async function serve(...flags: string[]): Promise<Served> {
  const running = start(['explore', ...flags]);
  await running.says('Ctrl-C');
  const address = running.output().trim();
  if (address === '') throw new Error((await running.ended).stderr);
  return {
    address,
    stop: async () => {
      running.kill('SIGINT');
      return (await running.ended).code;
    },
  };
}
