import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startLocalAws } from "../local/aws";
import { packComponent } from "../local/pack/component";
import { packTerminal } from "../local/pack/terminal";

const run = promisify(execFile);

/** From the tarballs that users install to the first row of the sample's report, in an empty folder, without a network. */
export async function* installed() {
  const folder = mkdtempSync(join(tmpdir(), "bench-installed-"));
  const organisation = join(__dirname, "../local/organisations/sample.json");
  const localAws = await startLocalAws({ organisation, throttle: true });
  const { PATH, HOME } = process.env;
  const env = {
    ...{ PATH, HOME, AWS_ENDPOINT_URL: localAws.url, AWS_REGION: "us-east-1" },
    ...{ AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "example" },
  };
  try {
    const cwd = join(folder, "empty");
    mkdirSync(cwd);
    const [terminal, component] = [await packTerminal(folder), await packComponent(folder)];
    const startedMs = performance.now();
    const since = () => Number(((performance.now() - startedMs) / 1000).toFixed(2));
    const options = ["--global", "--offline", "--no-audit", "--no-fund", "--prefix", join(folder, "installed")];
    await run("npm", ["install", ...options, terminal.path], { cwd, env });
    const installSeconds = since();
    const program = join(folder, "installed/bin/credential-report");
    await run(program, ["report", "--quiet", "--now", localAws.organisation.Now], { cwd, env });
    if (!existsSync(join(cwd, "report/credential_report.csv"))) throw new Error("no report was written");
    const firstRowSeconds = since();
    const helps: number[] = [];
    for (let time = 0; time < 5; time++) {
      const helpMs = performance.now();
      await run(program, ["--help"], { cwd, env });
      helps.push(performance.now() - helpMs);
    }
    helps.sort((one, other) => one - other);
    yield {
      terminalBytes: terminal.size,
      componentBytes: component.size,
      installSeconds,
      firstRowSeconds,
      helpSeconds: Number((helps[2]! / 1000).toFixed(2)),
    };
  } finally {
    await localAws.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
