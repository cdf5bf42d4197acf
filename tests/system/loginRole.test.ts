import { createCaller } from "../../handlers/aws/caller";
import { createLoginSource } from "../../handlers/logins/logins";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { defaultSettings } from "../../local/defaultSettings";
import { eventDataStoreArn, instanceArn, login, now, organisationOf, trailTable } from "../support/organisation";

// Reading logins with the role of another account: who is asked, what a refusal says, and that sessions of an hour are renewed.

const owner = "111122223333";
const administrator = "444455556666";
const roleOf = (name: string) => `arn:aws:iam::${owner}:role/${name}`;
const window = { from: "2026-11-10T06:00:00Z", to: now };
const regions = { regions: ["eu-west-1"], primary: "eu-west-1", refused: null };
const HOUR = 3_600_000;

let aws: LocalAws;
const ending = new AbortController();
const call = createCaller({ requestsPerSecond: 10_000, signal: ending.signal });

beforeAll(async () => {
  const session = `arn:aws:sts::${administrator}:assumed-role/credential-report-function-role-1/credential-report`;
  aws = await startLocalAws({
    organisation: organisationOf({ OwnerAccountId: owner, Records: [login(0, 0, 0)] }),
    ...{ throttle: false, rate: 1000, record: true, delegatedAdministrators: [administrator] },
    callers: { FUNCTION: session },
    roles: { [roleOf("read-logins")]: {} },
  });
  Object.assign(process.env, { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: "FUNCTION", AWS_SECRET_ACCESS_KEY: "a" });
});
afterEach(() => {
  jest.restoreAllMocks();
  aws.inject([]);
});
afterAll(async () => {
  ending.abort(new Error("The tests are over."));
  await aws.close();
});

const source = (loginRoleArn: string, more: Partial<typeof defaultSettings> = {}) =>
  createLoginSource(
    { ...defaultSettings, eventDataStore: "", instanceArn, loginRoleArn, ...more },
    { region: "eu-west-1" },
  )!;
const calls = (name: string) => aws.stats().calls[name] ?? 0;

async function read(reader: ReturnType<typeof source>) {
  const { reading } = await reader.begin(window, regions, call);
  const answer = await reader.goOn(reading, Number.POSITIVE_INFINITY, call, () => {});
  if (!answer.done) throw new Error(answer.waiting);
  return answer.part;
}

test("the owner's events are read with its role, and nobody's with one's own", async () => {
  expect((await read(source(""))).lastLogins).toEqual([]);
  expect((await read(source(roleOf("read-logins")))).lastLogins).toHaveLength(1);
  const accounts = aws
    .stats()
    .requests!.filter(({ operation }) => operation === "LookupEvents")
    .map(({ account }) => account);
  expect(new Set(accounts)).toEqual(new Set([administrator, owner]));
});

test("that it is refused is seen first of all, and says what to look at", async () => {
  const before = calls("cloudtrail:LookupEvents");
  const begun = source(roleOf("another")).begin(window, regions, call);
  await expect(begun).rejects.toMatchObject({
    name: "CredentialsMissing",
    message: expect.stringMatching(
      /^The role that reads logins, arn:aws:iam::111122223333:role\/another, was not assumed \(AccessDenied: .*trust policy names this account/,
    ),
  });
  expect(calls("cloudtrail:LookupEvents")).toBe(before);
});

test("what passes is asked again", async () => {
  aws.inject([{ operation: "sts:AssumeRole", kind: "throttle", times: 2 }]);
  expect((await read(source(roleOf("read-logins")))).lastLogins).toHaveLength(1);
});

test.each([
  ["Event history", { eventDataStore: "" }],
  ["CloudTrail Lake", { eventDataStore: eventDataStoreArn }],
  ["Athena", { eventDataStore: "", trailTable }],
])("in a run of three hours its sessions are renewed before they end, with %s", async (_, settings) => {
  const began = Date.now.bind(Date);
  let hours = 0;
  jest.spyOn(Date, "now").mockImplementation(() => began() + hours * HOUR);
  const before = calls("sts:AssumeRole");
  const reader = source(roleOf("read-logins"), settings);
  // Every half hour something is read; a session is too old for another half hour after its first.
  for (hours = 0; hours <= 3; hours += 0.5) expect((await read(reader)).lastLogins).toHaveLength(1);
  expect(calls("sts:AssumeRole") - before).toBe(4);
});
