/** Files of a study's directory, each whole or not there. */
import { OutputFile } from '../../traces/output-file.ts';
import { StoreError } from './store-error.ts';

/** Writes a text or bytes; throws StoreError that names the file, of which nothing stays behind. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  let file: OutputFile | undefined;
  try {
    file = new OutputFile(path);
    file.write(Buffer.from(content));
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
