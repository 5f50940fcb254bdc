/** Files on their way to the kernel, piece by piece (twin: imgclust_jupyter/widget/uploads.py). No DOM. */
import { formatBytes, plural } from "./format";
import type { Rpc } from "./rpc";

/** A file, under its name; of a folder that was dropped, its path from there. */
export interface Named {
  name: string;
  file: Blob;
}

export interface Refusal {
  name: string;
  reason: string;
}

export interface Pace {
  /** Files and bytes that have arrived, and that are to arrive. */
  files: number;
  allFiles: number;
  bytes: number;
  allBytes: number;
}

const MB = 1 << 20;
export const BOUNDS = { piece: MB, file: 50 * MB, files: 500, drop: 500 * MB } as const;

/** Why these are too many files, or too much; null when they are not. */
export function tooMuch(files: readonly Named[]): string | null {
  if (files.length > BOUNDS.files)
    return `These are ${files.length >= 10 * BOUNDS.files ? "very many files" : plural(files.length, "file")}, and ${BOUNDS.files} can be added at once. Put them into a folder on the kernel's machine, and add that.`;
  const bytes = files.reduce((sum, { file }) => sum + (file.size > BOUNDS.file ? 0 : file.size), 0);
  if (bytes > BOUNDS.drop)
    return `These are ${formatBytes(bytes)}, and ${BOUNDS.drop / MB} MB can be added at once. Put them into a folder on the kernel's machine, and add that.`;
  return null;
}

/**
 * Sends files one after the other, each piece when the one before has been answered, so that no more than one waits in
 * the kernel's queue.
 *
 * @returns what was sent, and what the kernel has refused, with its reasons
 * @throws what `request` throws; the kernel then forgets what it had
 */
export async function upload(
  rpc: Pick<Rpc, "request">,
  files: readonly Named[],
  signal: AbortSignal,
  onPace: (pace: Pace) => void,
): Promise<{ sent: number; refused: readonly Refusal[] }> {
  const list = files.map(({ name, file }) => ({ name, size: file.size }));
  const { body } = await rpc.request("drop", { files: list }, signal);
  const { drop, wanted, refused } = body as { drop: string; wanted: number[]; refused: Refusal[] };
  const chosen = wanted.map((place) => ({ place, ...files[place]! }));
  const pace = {
    files: 0,
    allFiles: chosen.length,
    bytes: 0,
    allBytes: chosen.reduce((sum, { file }) => sum + file.size, 0),
  };
  if (chosen.length === 0) return { sent: 0, refused };
  onPace({ ...pace });
  try {
    for (const { place, file } of chosen) {
      for (let offset = 0; offset < file.size; offset += BOUNDS.piece) {
        const piece = new Uint8Array(await file.slice(offset, offset + BOUNDS.piece).arrayBuffer());
        await rpc.request("piece", { drop, file: place, offset }, signal, [piece]);
        pace.bytes += piece.length;
        onPace({ ...pace });
      }
      pace.files++;
    }
    await rpc.request("dropped", { drop }, signal);
  } catch (error) {
    // Without an answer nothing is amiss: the kernel forgets by itself what it hears nothing more of.
    rpc.request("undrop", { drop }).catch(() => undefined);
    throw error;
  }
  return { sent: chosen.length, refused };
}
