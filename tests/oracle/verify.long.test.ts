import fc from "fast-check";
import { directorySource } from "../../cli/verify/reportSource";
import { verifyReport } from "../../cli/verify/verifyReport";
import { seedOf, series } from "../support/long";
import { reportDirectory, said } from "../support/reportDirectory";
import { reportCases } from "./organisations";
import { productReport } from "./product";

// Shows that verify calls no report damaged that nobody touched, whatever names, grants and logins an organisation has.

const RUNS = series(12, 100);
const SEED = seedOf(20_261_122);

test(
  "the reports of random organisations are whole",
  async () => {
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(reportCases(), async ({ organisation, options }) => {
        const { files } = await productReport(organisation, options);
        const directory = reportDirectory(files);
        const verdict = await verifyReport(directorySource(directory.path, undefined));
        directory.dispose();
        rows += verdict.files[0]?.rows ?? 0;
        expect(said(verdict)).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(rows).toBeGreaterThan(RUNS);
  },
  60_000 + RUNS * 3_000,
);
