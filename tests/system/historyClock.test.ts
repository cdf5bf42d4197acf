import { type Caller, createCaller, createJournal } from "../../handlers/aws/aws";
import { archiveFileName, archiveFileOf, partText, QUARTER_MS } from "../../handlers/logins/logins";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { createMemoryArchive, historySource } from "../support/loginArchives";
import { identityStoreId, instanceArn, login, now, organisationOf } from "../support/organisation";

// Event history deletes its oldest events while the newest are read: what was gone by then is neither observed nor archived.

const HOUR_MS = 3_600_000;
const nowMs = Date.parse(now);
const WINDOW = { from: "2026-08-01T00:00:00Z", to: now };
/** The oldest quarter that is whole when reading begins, at 09:00; it is not whole any more at 16:00. */
const OLDEST = "2026-08-22T12:00:00Z";
const NEXT = "2026-08-22T18:00:00Z";

let aws: LocalAws;
const ending = new AbortController();
beforeAll(async () => {
  aws = await startLocalAws({
    organisation: organisationOf({ Records: [login(0, 0, 0)] }),
    throttle: false,
    rate: 1000,
  });
  Object.assign(process.env, { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "a" });
});
afterAll(async () => {
  ending.abort(new Error("The tests are over."));
  await aws.close();
});

/** By a clock of AWS's that is at `now` when reading begins, and so many hours on when the pages come. */
async function readIn(hours: number, files: ReadonlyMap<string, Buffer> = new Map()) {
  const archive = createMemoryArchive(new Map(files));
  const source = historySource({ archive });
  let asked = 0;
  const awsNowMs = () => (asked++ === 0 ? nowMs : nowMs + hours * HOUR_MS);
  const kept: string[] = [];
  /** As in a process of its own, which knows what those before have kept. */
  async function slice() {
    const journal = createJournal();
    journal.remember(kept);
    const call = createCaller({ requestsPerSecond: 10_000, signal: ending.signal, journal });
    const timed = Object.assign((...given: Parameters<Caller>) => call(...given), call, { awsNowMs }) as Caller;
    const instance = { regions: ["eu-west-1"], primary: "eu-west-1", refused: null };
    const { reading } = await source.begin(WINDOW, instance, timed);
    const read = await source.goOn(reading, Number.POSITIVE_INFINITY, timed, () => {});
    if (!read.done) throw new Error(read.waiting);
    kept.push(...journal.take());
    return read.part;
  }
  const part = await slice();
  expect(await slice()).toEqual(part); // whoever publishes the report again says the same
  const has = (from: string) => archive.files.has(archiveFileName("eu-west-1", Date.parse(from)));
  return { from: part.regions[0]!.from, archived: [OLDEST, NEXT].map(has), logins: part.lastLogins.length };
}

/** Quarters in which nothing happened, from the window's first to the one before the oldest that Event history has. */
async function archivedBut(missing: string) {
  const names = [
    "Federate",
    "GetRoleCredentials",
    "CreateAccountAssignment",
    "DeleteAccountAssignment",
    "RemoveRegion",
  ];
  const events = Object.fromEntries(names.map((name) => [name, 0]));
  const files = new Map<string, Buffer>();
  for (let fromMs = Date.parse(WINDOW.from); fromMs < Date.parse(OLDEST); fromMs += QUARTER_MS) {
    if (fromMs === Date.parse(missing)) continue;
    const part = { fromMs, events, logins: [], assignments: [], removedRegions: [], records: [] };
    const text = partText("eu-west-1", part, { instanceArn, identityStoreId });
    files.set(archiveFileName("eu-west-1", fromMs), await archiveFileOf(text));
  }
  return files;
}

test("the archive's older quarters count as far as there is no gap", async () => {
  expect(await readIn(0, await archivedBut("none"))).toMatchObject({ from: WINDOW.from });
  expect(await readIn(0, await archivedBut("2026-08-10T00:00:00Z"))).toMatchObject({ from: "2026-08-10T06:00:00Z" });
});

test("what Event history still had when it was read is observed, and archived", async () => {
  expect(await readIn(0)).toEqual({ from: OLDEST, archived: [true, true], logins: 1 });
  expect(await readIn(3)).toEqual({ from: OLDEST, archived: [true, true], logins: 1 }); // to the very hour
});

test("a quarter that was partly gone before it was read is neither", async () => {
  expect(await readIn(4)).toEqual({ from: NEXT, archived: [false, true], logins: 1 });
});
