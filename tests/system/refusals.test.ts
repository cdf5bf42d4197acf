import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ListInstancesCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Caller, clientSettings, createCaller } from "../../handlers/aws/aws";
import { type Fault, type LocalAws, startLocalAws } from "../../local/aws";
import { organisationOf } from "../support/organisation";

// Refusals that are not about a permission that the role lacks, as the SDK makes errors of them. Not shown: AWS's own words where it
// does not document them, as those of network controls.

let localAws: LocalAws;
beforeAll(async () => {
  localAws = await startLocalAws({ organisation: organisationOf({}), throttle: false });
});
afterEach(() => localAws.reset());
afterAll(() => localAws.close());

const settings = () => ({
  ...clientSettings({ region: "eu-west-1" }),
  endpoint: localAws.url,
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" },
});

const services = {
  "sso-admin": (call: Caller, more = {}) =>
    call(new SSOAdminClient({ ...settings(), ...more }), new ListInstancesCommand({})),
  sts: (call: Caller, more = {}) => call(new STSClient({ ...settings(), ...more }), new GetCallerIdentityCommand({})),
  s3: (call: Caller, more = {}) =>
    call(new S3Client({ ...settings(), ...more }), new GetObjectCommand({ Bucket: "reports", Key: "a.csv" })),
};

/** The error that a caller gives, and how often AWS was asked for it. */
async function asked(service: keyof typeof services, fault: Omit<Fault, "operation">, more = {}) {
  localAws.inject([{ operation: "*", ...fault }]);
  const call = createCaller({ requestsPerSecond: 1000, signal: new AbortController().signal });
  const error: Error | null = await services[service](call, more).then(
    () => null,
    (thrown: Error) => thrown,
  );
  const calls = Object.values(call.effort().calls).reduce((sum, count) => sum + count, 0);
  return { name: error?.name, message: error?.message ?? "", calls };
}

const everywhere = Object.keys(services) as (keyof typeof services)[];

test.each<[Fault["kind"], string, RegExp, readonly (keyof typeof services)[]]>([
  ["html403", "NotAws", /a web page came \(HTTP 403\).*a proxy, a firewall/, everywhere],
  ["html200", "NotAws", /a web page came \(HTTP 200\).*a proxy, a firewall/, ["sso-admin"]],
  ["proxy407", "ProxyRefused", /\(HTTP 407\).*HTTPS_PROXY: http:\/\/USER:PASSWORD@HOST:PORT/, everywhere],
  ["regionDisabled", "CredentialsRefused", /this one is not enabled in the account/, everywhere],
  ["networkControls", "AccessDenied", /may not be asked from this network.*Network controls/, everywhere],
  ["serviceControlPolicy", "AccessDenied", /a policy above the role forbids it \(service control policy\)/, everywhere],
  ["kmsDenied", "AccessDenied", /needs kms:Decrypt on this customer managed key/, everywhere],
  ["notEnabled", "PermissionSetsNotEnabled", /account instance.*organization instance/, ["sso-admin"]],
])("%s is said as %s at once, and blamed on no permission of the role", async (kind, name, words, at) => {
  for (const service of at) {
    const error = await asked(service, { kind });
    expect({ service, ...error }).toMatchObject({ service, name, calls: 1, message: expect.stringMatching(words) });
    expect(error.message).not.toMatch(/needs (sso|sts|s3):/);
    expect(error.message).not.toContain("\n");
  }
});

describe("a wrong clock", () => {
  const HOUR_MS = 3_600_000;

  test.each(everywhere)("is set right by the first refusal of %s, and the call made again", async (service) => {
    const { calls, message } = await asked(service, { kind: "clockSkew", ms: 2 * HOUR_MS });
    expect(calls).toBe(2);
    expect(message).not.toMatch(/clock/);
  });

  test.each([
    [2 * HOUR_MS, "120 minutes behind AWS's"],
    [-HOUR_MS, "60 minutes ahead of AWS's"],
  ])("that stays wrong is named: AWS's is %d ms ahead", async (ms, words) => {
    const uncorrected = { disableClockSkewCorrection: true };
    for (const service of everywhere) {
      const { name, message, calls } = await asked(service, { kind: "clockSkew", ms }, uncorrected);
      expect({ name, calls }).toEqual({ name: "WrongClock", calls: 2 });
      expect(message).toContain(`this machine's clock is ${words}`);
    }
  });
});
