/** From files that were dropped or chosen to the one file that is sent. */
import { storeZip, type ZipEntry } from "../../lib/store-zip";

const IMAGE = /\.(png|jpe?g|webp|gif)$/i;
const ZIP = /\.zip$/i;

export interface ChosenFile {
  /** Where it lay below what was chosen, with slashes. */
  path: string;
  file: File;
}

export type Plan =
  { kind: "send"; file: File } | { kind: "pack"; name: string; images: ChosenFile[] } | { kind: "nothing" };

/** What to send: a data file or zip as it is, images packed together. */
export function planFor(chosen: readonly ChosenFile[], mediaKind: "text" | "image"): Plan {
  const [first] = chosen;
  if (!first) return { kind: "nothing" };
  if (mediaKind === "text") return { kind: "send", file: first.file };
  if (chosen.length === 1 && ZIP.test(first.path)) return { kind: "send", file: first.file };
  const images = chosen.filter(({ path }) => IMAGE.test(path) && !isHidden(path));
  if (images.length === 0) return { kind: "nothing" };
  return { kind: "pack", name: `${folderOf(images) ?? "images"}.zip`, images: withoutFolder(images) };
}

/** Files that systems leave behind, such as __MACOSX/._cat.png, look like images and are none. */
function isHidden(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");
}

/** The folder that all of them lie in, if it is one. */
function folderOf(images: readonly ChosenFile[]): string | null {
  const folders = new Set(images.map(({ path }) => (path.includes("/") ? path.split("/")[0]! : "")));
  const [only] = folders;
  return folders.size === 1 && only ? only : null;
}

/** The name of the chosen folder is no part of an item's id. */
function withoutFolder(images: ChosenFile[]): ChosenFile[] {
  const folder = folderOf(images);
  return folder === null
    ? images
    : images.map(({ path, file }) => ({ path: path.slice(folder.length + 1), file }));
}

export function pack(images: readonly ChosenFile[], onProgress: (n_bytes: number) => void): Promise<Blob> {
  const entries: ZipEntry[] = images.map(({ path, file }) => ({
    name: path,
    blob: file,
    modifiedAt: new Date(file.lastModified),
  }));
  return storeZip(entries, { onProgress });
}

export function filesOfInput(input: HTMLInputElement): ChosenFile[] {
  return [...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Everything that was dropped, folders included. */
export async function filesOfDrop(dropped: DataTransfer): Promise<ChosenFile[]> {
  // The entries must be taken before the first await: the browser empties the list afterwards.
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return (await Promise.all(entries.map(filesOfEntry))).flat();
}

async function filesOfEntry(entry: FileSystemEntry): Promise<ChosenFile[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path: entry.fullPath.replace(/^\//, ""), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: ChosenFile[] = [];
  // A directory is read in portions of a hundred until a portion is empty.
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (portion.length === 0) return files;
    files.push(...(await Promise.all(portion.map(filesOfEntry))).flat());
  }
}
