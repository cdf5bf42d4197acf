import { createCaller } from "../handlers/aws/aws";
import { createLoginSource } from "../handlers/logins/logins";
import { cloudTrailTable, startLocalAws } from "../local/aws";
import { defaultSettings } from "../local/defaultSettings";

const OWNER = "111122223333";
const REGION = "eu-west-1";
const NOW = "2026-11-20T09:00:00Z";
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const DAYS = 3 * 365;
const LAYOUTS = ["projected", "manual", "organization"] as const;

/** An event an hour for three years: of the owner's account, in the Region of the instance and in another one, and of another account. */
function* eventsOf(account: string, region: string) {
  const toMs = Date.parse(NOW);
  for (let ms = toMs - DAYS * DAY_MS; ms <= toMs; ms += HOUR_MS) {
    yield {
      eventVersion: "1.11",
      userIdentity: { type: "AWSService", invokedBy: "config.amazonaws.com" },
      eventTime: new Date(ms).toISOString().replace(".000Z", "Z"),
      eventSource: "config.amazonaws.com",
      eventName: "DescribeConfigRules",
      awsRegion: region,
      readOnly: true,
      recipientAccountId: account,
      eventID: `${account} ${region} ${ms}`,
    };
  }
}

/** What a report of one week scans of a table over three years, in each of the layouts that AWS documents, ÷ what the week's files weigh. */
export async function* trailTable(): AsyncGenerator<object> {
  const window = { from: new Date(Date.parse(NOW) - 7 * DAY_MS).toISOString().replace(".000Z", "Z"), to: NOW };
  const own = [...eventsOf(OWNER, REGION)];
  const Records = [...own, ...eventsOf(OWNER, "us-east-1"), ...eventsOf("444455556666", REGION)];
  const bytesOf = (events: readonly object[]) =>
    events.reduce((sum: number, event) => sum + Buffer.byteLength(JSON.stringify(event)), 0);
  const ofWeek = bytesOf(own.filter(({ eventTime }) => eventTime >= window.from));
  const place = { bucket: "trail", account: OWNER, region: REGION, organizationId: "o-a1b2c3d4e5" };
  const InstanceArn = "arn:aws:sso:::instance/ssoins-0123456789abcdef";
  const aws = await startLocalAws({
    organisation: {
      ...{ Now: NOW, InstanceArn, IdentityStoreId: "d-9067012345", OwnerAccountId: OWNER, Records },
      AthenaTables: LAYOUTS.map((layout) => cloudTrailTable(layout, `logs.${layout}`, place)),
    },
    ...{ throttle: false, rate: 1000 },
  });
  Object.assign(process.env, { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "a" });
  const ending = new AbortController();
  const call = createCaller({ requestsPerSecond: 10_000, signal: ending.signal });
  try {
    for (const layout of LAYOUTS) {
      const asked = { eventDataStore: "", trailTable: `logs.${layout}`, instanceArn: InstanceArn };
      const source = createLoginSource({ ...defaultSettings, ...asked }, { region: REGION })!;
      const { reading } = await source.begin(window, { regions: [REGION], primary: REGION, refused: null }, call);
      const read = await source.goOn(reading, Number.POSITIVE_INFINITY, call, () => {});
      if (!read.done || read.part.bytesScanned === null) throw new Error("The query did not end.");
      const { bytesScanned, reason } = read.part;
      yield {
        ...{ layout, tableBytes: bytesOf(Records), weekBytes: ofWeek, scannedBytes: bytesScanned },
        ...{ scannedByWeek: Number((bytesScanned / ofWeek).toFixed(3)), observed: reason === null },
      };
    }
  } finally {
    ending.abort(new Error("The benchmark is over."));
    await aws.close();
  }
}
