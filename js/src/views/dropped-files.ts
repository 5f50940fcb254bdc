/** The files of a drop, those of its folders too. */
import { BOUNDS, type Named } from "../upload";

/** Beyond these nobody wants to know how many there are. */
const MOST = 10 * BOUNDS.files;

/** To be called at once: what is dropped can be taken out of the event only while that lasts. */
export function filesOf(transfer: DataTransfer): Promise<Named[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...transfer.files];
  const found: Named[] = [];
  async function collect(): Promise<Named[]> {
    for (const [i, entry] of entries.entries()) {
      if (entry?.isDirectory) await walk(entry as FileSystemDirectoryEntry, found);
      else if (plain[i]) found.push({ name: plain[i].name, file: plain[i] });
    }
    return found;
  }
  return collect();
}

async function walk(folder: FileSystemDirectoryEntry, found: Named[]): Promise<void> {
  const reader = folder.createReader();
  while (found.length < MOST) {
    // A browser gives them out by the hundred.
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) return;
    for (const entry of some) {
      if (entry.name.startsWith(".")) continue;
      if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, found);
      else found.push(await named(entry as FileSystemFileEntry));
    }
  }
}

async function named(entry: FileSystemFileEntry): Promise<Named> {
  const file = await new Promise<File>((done, fail) => entry.file(done, fail));
  return { name: entry.fullPath.replace(/^\//, ""), file };
}
