/** Opens files and standard input to be read; what is compressed with gzip or zstd comes out decompressed. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { InputError } from '../models/input-error.ts';
import {
  COMPRESSION_HEAD_BYTES,
  compressionOf,
  DecompressedBytes,
} from './compression/decompressed.ts';
import { DescriptorBytes } from './file-bytes.ts';
import { InputFile, type InputSource } from './input-file.ts';

const STANDARD_INPUT = 0;

/**
 * Opens a path, `-` for standard input. Throws InputError where there is no file to read, and later, from
 * `peek` and `read`, where it was compressed and is damaged.
 */
export function openFile(path: string): InputFile {
  if (path === '-') {
    return decompressed(new InputFile('standard input', new DescriptorBytes(STANDARD_INPUT)));
  }
  const descriptor = openPath(path);
  if (fstatSync(descriptor).isDirectory()) {
    closeSync(descriptor);
    throw new InputError(`${path}: expected a file, got a directory`);
  }
  return decompressed(new InputFile(path, new DescriptorBytes(descriptor)));
}

/** The same, for a trace: it is opened once more whenever its batches are read again. */
export function openSource(path: string): InputSource {
  return { input: openFile(path), open: () => openFile(path) };
}

function decompressed(file: InputFile): InputFile {
  try {
    const head = file.peek(COMPRESSION_HEAD_BYTES);
    const compression = compressionOf(head, file.name);
    if (!compression) return file;
    const bytes = new DecompressedBytes(file.name, compression, file, head);
    return new InputFile(file.name, bytes, new Uint8Array(0), compression);
  } catch (error) {
    file.close();
    throw error;
  }
}

function openPath(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new InputError(`${path}: no such file`);
    throw new InputError(`${path}: cannot be opened (${code})`);
  }
}
