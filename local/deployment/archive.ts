import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { deflateRawSync } from "node:zlib";

const signatureKey = "4dabf18193072939515e22adb298388d";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";

/** A text, or what stands at a path: a file, or a directory with all that is in it. */
type Entry = { readonly text: string } | { readonly path: string };

/** What an archive holds, by the path in it. */
export type Archive = ReadonlyMap<string, Entry>;

type WireNode = {
  [signatureKey]?: string;
  text?: string;
  path?: string;
  uri?: string;
  assets?: Record<string, WireNode>;
};

export function isArchive(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as WireNode)[signatureKey] === archiveSignature;
}

/** Reads the wire form of an archive. Relative paths are the program's, so they start at its directory. */
export function readArchive(wire: unknown, programDirectory: string): Archive {
  const entries = new Map<string, Entry>();
  const visit = (node: WireNode, at: string) => {
    if (node.uri) {
      throw new Error(`${at || "archive"}: remote assets are not supported by the local deployment: ${node.uri}`);
    }
    for (const [path, child] of Object.entries(node.assets ?? {})) visit(child, at ? `${at}/${path}` : path);
    if (node.text !== undefined) entries.set(at, { text: node.text });
    else if (node.path !== undefined) {
      const path = resolve(programDirectory, node.path);
      if (node[signatureKey] !== assetSignature && statSync(path).isFile()) {
        throw new Error(`${path}: packed archives are not supported by the local deployment`);
      }
      entries.set(at, { path });
    }
  };
  visit(wire as WireNode, "");
  return entries;
}

/** Every file of an archive, by the path in it, sorted. */
function filesOf(archive: Archive): Map<string, Entry> {
  const files = new Map<string, Entry>();
  for (const [at, entry] of archive) {
    if ("text" in entry || statSync(entry.path).isFile()) files.set(at, entry);
    else {
      for (const found of readdirSync(entry.path, { withFileTypes: true, recursive: true })) {
        if (found.isDirectory()) continue;
        const path = join(found.parentPath, found.name);
        files.set(posix.join(at, relative(entry.path, path).split(sep).join("/")), { path });
      }
    }
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Two archives have one hash exactly if they hold the same bytes at the same paths. */
export function hashOf(archive: Archive): string {
  const hash = createHash("sha256");
  for (const [path, file] of filesOf(archive)) {
    const bytes = contents(file);
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}

/**
 * Makes a directory that holds exactly what the archive holds. Files and directories are links, since a copy of some thousand
 * files takes seconds: node must be told to take the links for what they stand for (`--preserve-symlinks`).
 */
export function extract(archive: Archive, directory: string): void {
  for (const [path, entry] of archive) {
    const around = [...archive.keys()].find((other) => path.startsWith(`${other}/`));
    // It would be written through the link, into the directory that the link stands for.
    if (around)
      throw new Error(`${path}: an entry inside another one, ${around}, is not supported by the local deployment`);
    const target = join(directory, path);
    mkdirSync(dirname(target), { recursive: true });
    if ("text" in entry) writeFileSync(target, entry.text);
    else symlinkSync(entry.path, target);
  }
}

/** The size that the archive has when it is zipped, in bytes: deflated files and the zip format's headers. */
export function zippedSize(archive: Archive): number {
  const endOfCentralDirectory = 22;
  let size = endOfCentralDirectory;
  for (const [path, file] of filesOf(archive)) {
    const localAndCentralHeader = 30 + 46 + 2 * Buffer.byteLength(path);
    size += localAndCentralHeader + deflateRawSync(contents(file)).length;
  }
  return size;
}

function contents(file: Entry): Buffer {
  return "text" in file ? Buffer.from(file.text) : readFileSync(file.path);
}
