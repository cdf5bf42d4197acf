import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adviceFor, createCredentials } from "../../cli/credentials";
import { type LocalAws, startLocalAws } from "../../local/aws";
import { organisationOf } from "../support/organisation";

// Not shown: real SSO sessions, and a real terminal.

let folder: string;
let localAws: LocalAws;
const noMfa = () => Promise.reject(new Error("nobody asked for a code"));

beforeAll(async () => {
  localAws = await startLocalAws({ organisation: organisationOf({}) });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "credentials-"));
  process.env.AWS_ENDPOINT_URL = localAws.url;
  process.env.AWS_CONFIG_FILE = join(folder, "config");
  process.env.AWS_SHARED_CREDENTIALS_FILE = join(folder, "credentials");
});
afterEach(() => rmSync(folder, { recursive: true }));
afterAll(() => localAws.close());

/** A profile whose command gives credentials that end so many minutes from now, and how often it ran. */
function processProfile(minutes: number | null): () => number {
  const runs = join(folder, "runs");
  const Expiration = minutes === null ? undefined : new Date(Date.now() + minutes * 60_000).toISOString();
  const answer = { Version: 1, AccessKeyId: "AKIDEXAMPLE", SecretAccessKey: "example", Expiration };
  const command = join(folder, "command");
  writeFileSync(command, `#!/bin/sh\necho run >> ${runs}\necho '${JSON.stringify(answer)}'\n`);
  chmodSync(command, 0o755);
  writeFileSync(process.env.AWS_CONFIG_FILE!, `[profile audit]\ncredential_process = ${command}\n`);
  return () => (existsSync(runs) ? readFileSync(runs, "utf8").split("\n").length - 1 : 0);
}

test.each([null, 60])("are looked up once, however many ask, and at once (for %p minutes)", async (minutes) => {
  const runs = processProfile(minutes);
  const credentials = createCredentials({ profile: "audit" }, noMfa);
  const all = await Promise.all([credentials(), credentials(), credentials()]);
  all.push(await credentials());
  expect(all.map(({ accessKeyId }) => accessKeyId)).toEqual(Array(4).fill("AKIDEXAMPLE"));
  expect(runs()).toBe(1);
});

test("are looked up again when they are about to expire, once for all who ask", async () => {
  const runs = processProfile(4);
  const credentials = createCredentials({ profile: "audit" }, noMfa);
  await credentials();
  await Promise.all([credentials(), credentials()]);
  expect(runs()).toBe(2);
});

test("that a command does not give are said, with the profile and what to run", async () => {
  const credentials = createCredentials({ profile: "audit" }, noMfa);
  writeFileSync(process.env.AWS_CONFIG_FILE!, "[profile audit]\ncredential_process = exit 3\n");
  await expect(credentials()).rejects.toMatchObject({
    name: "CredentialsMissing",
    message: expect.stringMatching(
      /^No credentials from the profile audit: .*exit 3.* `aws sts get-caller-identity --profile audit`/,
    ),
  });
});

describe("a role that needs MFA", () => {
  beforeEach(() => {
    const role = "role_arn = arn:aws:iam::111122223333:role/audit\nsource_profile = base";
    const mfa = "mfa_serial = arn:aws:iam::111122223333:mfa/me\nregion = eu-west-1";
    writeFileSync(process.env.AWS_CONFIG_FILE!, `[profile mfa]\n${role}\n${mfa}\n`);
    const keys = "aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = example";
    writeFileSync(process.env.AWS_SHARED_CREDENTIALS_FILE!, `[base]\n${keys}\n`);
  });

  test("is assumed with the code that is asked for", async () => {
    let form = new URLSearchParams();
    localAws.serve("sts", ({ body }) => {
      form = new URLSearchParams(body.toString());
      const keys =
        "<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>";
      const credentials = `<Credentials>${keys}<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`;
      const result = `<AssumeRoleResult>${credentials}</AssumeRoleResult>`;
      const answer = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</AssumeRoleResponse>`;
      return { status: 200, headers: { "content-type": "text/xml" }, body: answer };
    });
    const asked: string[] = [];
    const credentials = createCredentials({ profile: "mfa" }, async (serial) => {
      asked.push(serial);
      return "123456";
    });

    expect((await Promise.all([credentials(), credentials()])).map(({ accessKeyId }) => accessKeyId)).toEqual(
      Array(2).fill("ASIAEXAMPLE"),
    );
    expect(asked).toEqual(["arn:aws:iam::111122223333:mfa/me"]);
    expect(Object.fromEntries(form)).toMatchObject({
      Action: "AssumeRole",
      RoleArn: "arn:aws:iam::111122223333:role/audit",
      SerialNumber: "arn:aws:iam::111122223333:mfa/me",
      TokenCode: "123456",
    });
  });

  test("that nobody gives is said, with what to do without a terminal", async () => {
    const error = new Error("it needs the code of the MFA device arn:…, and there is no terminal to ask on.");
    const credentials = createCredentials({ profile: "mfa" }, () => Promise.reject(error));
    await expect(credentials()).rejects.toThrow(
      /^No credentials from the profile mfa: .* `aws configure export-credentials --profile mfa --format env`/,
    );
  });
});

test.each([
  ["The SSO session token associated with profile=a was not found or is invalid.", "a", "`aws sso login --profile a`"],
  ["The SSO session token associated with profile=source was not found …", "role", "`aws sso login --profile source`"],
  ["Token is expired. To refresh this SSO session run 'aws sso login' …", undefined, "`aws sso login`"],
  ["Failed to load token from /home/me/.aws/login/cache/f588.json: Error: ENOENT", "a", "`aws login --profile a`"],
  ["Could not resolve credentials using profile: [a] in …", "a", "`aws configure list-profiles`"],
  ["User: … is not authorized to perform: sts:AssumeRole on resource: …", "a", "trust policy"],
  ["Could not load credentials from any providers", undefined, "--profile (`aws configure list-profiles`"],
])("%s: with the profile %s the advice has %s", (said, profile, advice) => {
  expect(adviceFor(new Error(said), profile)).toContain(advice);
});
