import { createHash } from "node:crypto";
import type { Manifest, ManifestLink } from "../../handlers/files/files";
import type { ReportSource } from "./reportSource";
import type { Problems } from "./verdict";

/**
 * Follows the chain of manifests from a report backwards, as far as it can be reached: each names the one before it by its hash.
 * An earlier report's own files are not looked at.
 *
 * @returns how many earlier manifests are what the chain says, and up to where it was followed, for people
 */
export async function checkChain(
  manifest: Manifest,
  source: ReportSource,
  problems: Problems,
): Promise<{ checked: number; note: string }> {
  let link: ManifestLink | null = manifest.previousManifest ?? null;
  let checked = 0;
  if (link === null) {
    const interrupted = interruption(manifest);
    const note = interrupted ?? "It is the first of its chain: when it was made, there was no report before it.";
    return { checked, note };
  }
  if (source.earlierManifest === undefined) {
    return {
      checked,
      note: `The chain was not checked: the report before is ${link.key}. Give its directory with --previous.`,
    };
  }
  for (;;) {
    const found: Buffer | string = await source.earlierManifest(link.key);
    if (typeof found === "string" && source.folder === null) {
      problems.add(link.key, null, `cannot be checked: ${found}`);
      return { checked, note: "The chain was not checked." };
    }
    if (typeof found === "string") return { checked, note: `The chain ends after ${reports(checked)}: ${found}.` };
    const sha256 = createHash("sha256").update(found).digest("hex");
    if (sha256 !== link.sha256) {
      problems.add(
        link.key,
        null,
        `is not the manifest that the report after it was made with: its SHA-256 is ${sha256}, the chain says ${link.sha256}`,
      );
      return { checked, note: `The chain is broken after ${reports(checked)}.` };
    }
    checked++;
    // Its bytes are those that a run has written, so it can be read.
    const earlier = JSON.parse(found.toString("utf8")) as Manifest;
    link = earlier.previousManifest;
    if (link === null) {
      const interrupted = interruption(earlier);
      return {
        checked,
        note: interrupted
          ? `After ${reports(checked)}: ${interrupted}`
          : `The chain is whole: ${reports(checked)}, back to the first.`,
      };
    }
    if (source.folder === null)
      return { checked, note: `The chain was checked for ${reports(checked)}; ${link.key} is before it.` };
  }
}

/** A run that found a report before it and could not read its manifest was linked to none. */
function interruption({ previousReport }: Manifest): string | null {
  const { status, reason } = previousReport;
  return status === "none" ? null : `The chain is interrupted: there was a report before, but ${reason}`;
}

function reports(count: number): string {
  return count === 1 ? "1 earlier report" : `${count} earlier reports`;
}
