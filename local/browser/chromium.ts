import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const PACKAGES = join(dirname(require.resolve("playwright-core/package.json")), "..");
const { version } = JSON.parse(readFileSync(join(PACKAGES, "@sparticuz", "chromium", "package.json"), "utf8"));
/** Beside the packages, so that it is unpacked once for an installation and goes with it. */
const UNPACKED = join(PACKAGES, ".cache", `chromium-${version}-fonts`);

/**
 * Starts the Chromium that `npm ci` brought, or the one that `CHROMIUM` names. Nothing needs to be installed for it but glibc:
 * the package's own libraries and fonts are used, and Noto Sans for the letters that these lack.
 */
export async function launchChromium(): Promise<Browser> {
  const own = process.env.CHROMIUM;
  if (own) return chromium.launch({ executablePath: own, args: ARGUMENTS });
  const directory = unpack();
  return chromium.launch({
    executablePath: join(directory, "chromium"),
    args: ARGUMENTS,
    env: {
      ...(process.env as Record<string, string>),
      LD_LIBRARY_PATH: join(directory, "al2023", "lib"),
      FONTCONFIG_PATH: join(directory, "fonts"),
    },
  });
}

/** Root, as containers have it, cannot have Chromium's sandbox; the pages that are opened are the tests' own. */
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"];

/** In a directory of its own first: a process that dies, or another one that does the same, leaves nothing half unpacked. */
function unpack(): string {
  if (existsSync(UNPACKED)) return UNPACKED;
  mkdirSync(dirname(UNPACKED), { recursive: true });
  const directory = mkdtempSync(`${UNPACKED}-`);
  execFileSync(process.execPath, [join(__dirname, "unpackChromium.mjs"), directory], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    renameSync(directory, UNPACKED);
  } catch (error) {
    if (!existsSync(UNPACKED)) throw error;
    rmSync(directory, { recursive: true });
  }
  return UNPACKED;
}
