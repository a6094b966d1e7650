/** Files of a study's directory, each whole or not there. */
import { OutputFile } from '../../traces/output-file.ts';
import { StoreError } from './store-error.ts';

/** Writes a text; throws StoreError that names the file, of which nothing stays behind. */
export function writeText(path: string, text: string): void {
  let file: OutputFile | undefined;
  try {
    file = new OutputFile(path);
    file.write(Buffer.from(text));
    file.finish();
  } catch (error) {
    abandon(file);
    const { message } = error as Error;
    throw new StoreError(
      message.startsWith(path) ? message : `${path}: cannot be written (${message})`,
    );
  }
}

function abandon(file: OutputFile | undefined): void {
  try {
    file?.abandon();
  } catch {
    // The first error tells what is wrong.
  }
}
