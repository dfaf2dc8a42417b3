/**
 * Puts files into a zip archive without compressing them: images are compressed already, and the archive can then be
 * made of the files themselves, which stay on disk until the browser sends them.
 */

export interface ZipEntry {
  /** Path inside the archive, with slashes. */
  name: string;
  blob: Blob;
  modifiedAt: Date;
}

/** The archive needs its 64-bit form from here on; kept as a value so that a test can lower it. */
const LIMIT_32 = 0xffffffff;
const LIMIT_16 = 0xffff;

interface Placed {
  name: Uint8Array;
  crc: number;
  n_bytes: number;
  offset: number;
  stamp: DosStamp;
}

interface DosStamp {
  date: number;
  time: number;
}

/**
 * The archive of all entries, in their order.
 *
 * Every file is read once, for its checksum, in pieces; `onProgress` hears how many bytes have been read so far.
 * Throws when two entries have the same name or one is larger than 4 GiB.
 */
export async function storeZip(
  entries: ZipEntry[],
  options: { onProgress?: (n_bytes: number) => void; limit32?: number } = {},
): Promise<Blob> {
  const { onProgress, limit32 = LIMIT_32 } = options;
  refuseUnusable(entries);
  const parts: BlobPart[] = [];
  const placed: Placed[] = [];
  let offset = 0;
  let n_read = 0;
  for (const entry of entries) {
    const crc = await crc32(entry.blob, (n) => onProgress?.((n_read += n)));
    const file: Placed = {
      name: new TextEncoder().encode(entry.name),
      crc,
      n_bytes: entry.blob.size,
      offset,
      stamp: dosStamp(entry.modifiedAt),
    };
    const header = localHeader(file);
    parts.push(header, entry.blob);
    placed.push(file);
    offset += header.byteLength + entry.blob.size;
  }
  return new Blob([...parts, ...directory(placed, offset, limit32)], { type: "application/zip" });
}

/** CRC-32 (the one of zip, polynomial 0xEDB88320) of a blob, read in pieces. */
export async function crc32(blob: Blob, onRead?: (n_bytes: number) => void): Promise<number> {
  let crc = 0xffffffff;
  const reader = blob.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return (crc ^ 0xffffffff) >>> 0;
    for (const byte of value) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
    onRead?.(value.length);
  }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function refuseUnusable(entries: ZipEntry[]): void {
  const seen = new Set<string>();
  for (const { name, blob } of entries) {
    if (seen.has(name)) throw new Error(`${name} occurs twice. Rename one of the two files.`);
    if (blob.size >= LIMIT_32)
      throw new Error(`${name} is larger than 4 GB. Make it smaller or leave it out.`);
    seen.add(name);
  }
}

function localHeader(file: Placed): Uint8Array<ArrayBuffer> {
  const bytes = new Writer(30 + file.name.length);
  bytes.u32(0x04034b50).u16(20);
  writeCommon(bytes, file);
  return bytes.u16(0).raw(file.name).done();
}

/** The fields that the local header and the directory share. Bit 11: the name is UTF-8. Method 0: stored. */
function writeCommon(bytes: Writer, file: Placed): void {
  bytes.u16(0x0800).u16(0).u16(file.stamp.time).u16(file.stamp.date);
  bytes.u32(file.crc).u32(file.n_bytes).u32(file.n_bytes).u16(file.name.length);
}

function directory(files: Placed[], start: number, limit32: number): Uint8Array<ArrayBuffer>[] {
  const rows = files.map((file) => directoryRow(file, limit32));
  const n_bytes = rows.reduce((sum, row) => sum + row.byteLength, 0);
  const isLarge = files.length >= LIMIT_16 || start >= limit32 || n_bytes >= limit32;
  const end = new Writer(22);
  end.u32(0x06054b50).u16(0).u16(0);
  const count = isLarge ? LIMIT_16 : files.length;
  end.u16(count).u16(count);
  end
    .u32(isLarge ? LIMIT_32 : n_bytes)
    .u32(isLarge ? LIMIT_32 : start)
    .u16(0);
  return [...rows, ...(isLarge ? [largeEnd(files.length, n_bytes, start)] : []), end.done()];
}

function directoryRow(file: Placed, limit32: number): Uint8Array<ArrayBuffer> {
  const isFar = file.offset >= limit32;
  const bytes = new Writer(46 + file.name.length + (isFar ? 12 : 0));
  bytes
    .u32(0x02014b50)
    .u16(isFar ? 45 : 20)
    .u16(isFar ? 45 : 20);
  writeCommon(bytes, file);
  bytes
    .u16(isFar ? 12 : 0)
    .u16(0)
    .u16(0)
    .u16(0)
    .u32(0);
  bytes.u32(isFar ? LIMIT_32 : file.offset).raw(file.name);
  if (isFar) bytes.u16(1).u16(8).u64(file.offset);
  return bytes.done();
}

/** The 64-bit end of the directory and the pointer to it. */
function largeEnd(n_files: number, n_bytes: number, start: number): Uint8Array<ArrayBuffer> {
  const bytes = new Writer(56 + 20);
  bytes.u32(0x06064b50).u64(44).u16(45).u16(45).u32(0).u32(0);
  bytes.u64(n_files).u64(n_files).u64(n_bytes).u64(start);
  return bytes
    .u32(0x07064b50)
    .u32(0)
    .u64(start + n_bytes)
    .u32(1)
    .done();
}

/** MS-DOS date and time: local time, two-second steps, years from 1980 on. */
function dosStamp(at: Date): DosStamp {
  const year = Math.min(Math.max(at.getFullYear(), 1980), 2107);
  return {
    date: ((year - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate(),
    time: (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1),
  };
}

/** Writes little-endian numbers one after another. */
class Writer {
  private readonly view: DataView<ArrayBuffer>;
  private at = 0;

  constructor(n_bytes: number) {
    this.view = new DataView(new ArrayBuffer(n_bytes));
  }

  u16(value: number): this {
    this.view.setUint16(this.at, value, true);
    this.at += 2;
    return this;
  }

  u32(value: number): this {
    this.view.setUint32(this.at, value, true);
    this.at += 4;
    return this;
  }

  u64(value: number): this {
    this.view.setBigUint64(this.at, BigInt(value), true);
    this.at += 8;
    return this;
  }

  raw(bytes: Uint8Array): this {
    new Uint8Array(this.view.buffer).set(bytes, this.at);
    this.at += bytes.length;
    return this;
  }

  done(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.view.buffer);
  }
}
