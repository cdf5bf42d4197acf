import { presentIn } from "../../handlers/bucket/bucket";
import { type Manifest, type ManifestLink, sha256Of } from "../../handlers/files/files";
import { readManifest } from "./manifestCheck";
import { type ReportSource, readWhole } from "./reportSource";
import type { Problems } from "./verdict";

const DAY_MS = 86_400_000;

/**
 * Follows the chain of manifests from a report backwards, as far as it can be reached: each names the one before it by its hash.
 * An earlier report's own files are not looked at. A manifest that is not there any more ends the chain where its age explains that: S3
 * says of the manifest after it how long the bucket keeps such objects.
 *
 * @param keptDays how long the place keeps the report's own manifest; `null` where it keeps it
 * @returns how many earlier manifests are what the chain says, and up to where it was followed, for people
 */
export async function checkChain(
  manifest: Manifest,
  keptDays: number | null,
  source: ReportSource,
  problems: Problems,
): Promise<{ checked: number; note: string }> {
  let link = manifest.previousManifest;
  let kept = keptDays;
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
    const found = await readWhole(source.earlierManifest(link.key));
    if (!("bytes" in found)) {
      const unexplained = source.folder === null ? "" : unexplainedBy(kept, link);
      if (unexplained === null && ("missing" in found || found.perhapsMissing)) {
        return { checked, note: `The chain ends after ${reports(checked)}: ${link.key} has expired.` };
      }
      if ("missing" in found) problems.add(link.key, null, found.missing + (unexplained ?? ""));
      else problems.cannotTell(link.key, found.unreadable);
      return { checked, note: `The chain breaks off after ${reports(checked)}.` };
    }
    const sha256 = sha256Of(found.bytes);
    if (sha256 !== link.sha256) {
      problems.add(
        link.key,
        null,
        `is not the manifest that the report after it was made with: its SHA-256 is ${sha256}, the chain says ${link.sha256}`,
      );
      return { checked, note: `The chain is broken after ${reports(checked)}.` };
    }
    checked++;
    // A run takes for the report before what stands there, whatever it is.
    const earlier = readManifest(found.bytes, problems, link.key);
    if (earlier === null) return { checked, note: `The chain is broken after ${reports(checked)}.` };
    kept = found.keptDays;
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

/**
 * Why a manifest should still be there; `null` where it may have expired. When it was made is in the name of its folder, which the
 * report after it vouches for.
 */
function unexplainedBy(keptDays: number | null, { key }: ManifestLink): string | null {
  if (keptDays === null)
    return ", and S3 says of the report after it that nothing here expires: someone has deleted it";
  const madeMs = presentIn(key);
  // Not its age limit exactly, which S3 rounds up to a midnight: what is nearly due counts as expired.
  if (madeMs !== null && madeMs + keptDays * DAY_MS <= Date.now()) return null;
  return `, though the bucket keeps reports for ${keptDays} days: someone has deleted it, or the bucket kept reports for a shorter time then`;
}

/** A run that found a report before it and could not read its manifest was linked to none. */
function interruption({ previousReport }: Manifest): string | null {
  const { status, reason } = previousReport;
  return status === "none" ? null : `The chain is interrupted: there was a report before, but ${reason}`;
}

function reports(count: number): string {
  return count === 1 ? "1 earlier report" : `${count} earlier reports`;
}
