import { expect, test } from "vitest";
import { crc32, storeZip, type ZipEntry } from "./store-zip";

const at = new Date(2026, 4, 17, 13, 45, 30);

function anEntry(name: string, text: string): ZipEntry {
  return { name, blob: new Blob([text]), modifiedAt: at };
}

async function view(zip: Blob): Promise<DataView> {
  return new DataView(await zip.arrayBuffer());
}

/** Reads an archive the way a zip reader does: from its end, through the directory, to each file. */
async function readZip(zip: Blob): Promise<Record<string, string>> {
  const bytes = await view(zip);
  const end = bytes.byteLength - 22;
  expect(bytes.getUint32(end, true)).toBe(0x06054b50);
  const files: Record<string, string> = {};
  let row = bytes.getUint32(end + 16, true);
  for (let left = bytes.getUint16(end + 10, true); left > 0; left--) {
    expect(bytes.getUint32(row, true)).toBe(0x02014b50);
    const [size, nameLength] = [bytes.getUint32(row + 24, true), bytes.getUint16(row + 28, true)];
    const name = new TextDecoder().decode(new Uint8Array(bytes.buffer, row + 46, nameLength));
    const local = bytes.getUint32(row + 42, true);
    expect(bytes.getUint32(local, true)).toBe(0x04034b50);
    const content = new Uint8Array(bytes.buffer, local + 30 + bytes.getUint16(local + 26, true), size);
    files[name] = new TextDecoder().decode(content);
    row += 46 + nameLength + bytes.getUint16(row + 30, true);
  }
  return files;
}

test("the checksum is the published one of 123456789", async () => {
  expect(await crc32(new Blob(["123456789"]))).toBe(0xcbf43926);
});

test("every file comes out as it went in, names outside ASCII included", async () => {
  const zip = await storeZip([
    anEntry("a.png", "first"),
    anEntry("übung/猫.png", "second, longer"),
    anEntry("empty", ""),
  ]);

  expect(await readZip(zip)).toEqual({ "a.png": "first", "übung/猫.png": "second, longer", empty: "" });
});

test("an archive of nothing is a valid empty archive", async () => {
  const zip = await storeZip([]);

  expect(zip.size).toBe(22);
  expect(await readZip(zip)).toEqual({});
});

test("the date and time of a file are kept to two seconds", async () => {
  const bytes = await view(await storeZip([anEntry("a", "x")]));

  expect(bytes.getUint16(10, true)).toBe((13 << 11) | (45 << 5) | 15);
  expect(bytes.getUint16(12, true)).toBe((46 << 9) | (5 << 5) | 17);
});

test("offsets that do not fit into 32 bits are written in the 64-bit form", async () => {
  const zip = await storeZip([anEntry("a", "x"), anEntry("b", "y")], { limit32: 20 });
  const bytes = await view(zip);
  const pointer = bytes.byteLength - 22 - 20;
  const end = Number(bytes.getBigUint64(pointer + 8, true));

  expect(bytes.getUint32(pointer, true)).toBe(0x07064b50);
  expect(bytes.getUint32(end, true)).toBe(0x06064b50);
  expect(bytes.getBigUint64(end + 32, true)).toBe(2n);
  const secondRow = Number(bytes.getBigUint64(end + 48, true)) + 47;
  expect(bytes.getUint32(secondRow + 42, true)).toBe(0xffffffff);
  expect(bytes.getBigUint64(secondRow + 47 + 4, true)).toBe(32n);
});

test("progress is told in bytes read and ends with all of them", async () => {
  const heard: number[] = [];

  await storeZip([anEntry("a", "12345"), anEntry("b", "678")], { onProgress: (n) => heard.push(n) });

  expect(heard.at(-1)).toBe(8);
});

test("two files of the same name are refused with the name", async () => {
  await expect(storeZip([anEntry("a", "1"), anEntry("a", "2")])).rejects.toThrow("a occurs twice");
});
