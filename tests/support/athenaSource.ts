import { createCaller } from "../../handlers/aws/caller";
import { createJournal } from "../../handlers/aws/journal";
import { createAthenaSource } from "../../handlers/logins/athena";
import type { LoginPart, LoginSource } from "../../handlers/logins/source";
import { cloudTrailTable, type Fault, type LocalAws, startLocalAws } from "../../local/aws";
import { instanceArn, now, organisationOf } from "./organisation";

export const owner = "111122223333";
export const place = { bucket: "trail", account: owner, region: "eu-west-1", organizationId: "o-a1b2c3d4e5" };
export const DAY = 86_400_000;
export const layouts = ["projected", "manual", "organization"] as const;
export const table = (layout: (typeof layouts)[number] = "organization", from?: string) =>
  cloudTrailTable(layout, "security.logs", place, from);
export type Table = ReturnType<typeof table>;
export const withParameters = (one: Table, parameters: object): Table => ({
  ...one,
  TableMetadata: { ...one.TableMetadata, Parameters: { ...one.TableMetadata.Parameters, ...parameters } },
});

export const WINDOW = { from: "2026-11-13T09:00:00Z", to: now };
const INSTANCE = { regions: ["eu-west-1"], primary: "eu-west-1", refused: null };

/** What goes on in an account all day: somebody looks at something. */
export const reads = (days: number, more: object = {}, end = now) =>
  Array.from({ length: days }, (_, index) => ({
    eventTime: new Date(Date.parse(`${end.slice(0, 10)}T08:00:00Z`) - index * DAY).toISOString().replace(".000Z", "Z"),
    eventSource: "config.amazonaws.com",
    eventName: "DescribeConfigRules",
    readOnly: true,
    awsRegion: "eu-west-1",
    ...more,
  }));

/** What the local AWS has, and for what it is asked. */
export interface Served {
  readonly tables?: readonly object[];
  readonly groups?: readonly object[];
  readonly window?: typeof WINDOW;
  readonly regions?: readonly string[];
  readonly faults?: readonly Fault[];
  readonly now?: string;
}

/** The Athena source on a local AWS of the test file's own. */
export function useAthenaSource() {
  let aws: LocalAws;
  const ending = new AbortController();
  const newCall = (journal = createJournal()) =>
    createCaller({ requestsPerSecond: 10_000, signal: ending.signal, journal });
  const call = newCall();

  beforeAll(async () => {
    aws = await startLocalAws({ organisation: organisationOf({}), throttle: false, rate: 1000 });
    Object.assign(process.env, { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "a" });
  });
  afterEach(() => aws.inject([]));
  afterAll(async () => {
    ending.abort(new Error("The tests are over."));
    await aws.close();
  });

  async function begun(
    Records: readonly object[],
    { tables = [table()], groups, window = WINDOW, ...more }: Served = {},
  ) {
    const parts = { OwnerAccountId: owner, AthenaTables: tables, Records, ...(groups && { WorkGroups: groups }) };
    await aws.serveOrganisation(organisationOf({ ...parts, ...(more.now && { Now: more.now }) } as never));
    aws.inject(more.faults ?? []);
    const settings = { trailTable: "security.logs", trailWorkgroup: "primary", instanceArn };
    const source = createAthenaSource(settings, { region: "eu-west-1" });
    const regions = more.regions ?? INSTANCE.regions;
    return { source, ...(await source.begin(window, { ...INSTANCE, regions }, call)) };
  }

  async function finished<Reading>(source: LoginSource<Reading>, reading: Reading): Promise<LoginPart> {
    const answer = await source.goOn(reading, Number.POSITIVE_INFINITY, call, () => {});
    if (!answer.done) throw new Error(answer.waiting);
    return answer.part;
  }

  async function read(Records: readonly object[], served: Served = {}): Promise<LoginPart> {
    const { source, reading } = await begun(Records, served);
    return finished(source, reading);
  }

  const calls = (operation: string) => aws.stats().calls[`athena:${operation}`] ?? 0;
  return { begun, finished, read, calls, newCall };
}
