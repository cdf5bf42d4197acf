import { type LocalAws, type OrganisationFile, startLocalAws } from "../../local/aws";
import { type ProductRun, runProduct } from "../../local/runReport";
import { applicationArn, login, many, oneGrant, organisationOf } from "../support/organisation";

// What the report leaves out is said in each report, with a number where this run has looked, and without one where it has not.

const scope = (Scope: string) => ({ Scope, AuthorizedTargets: [] });
const organisation: OrganisationFile = organisationOf({
  ...oneGrant,
  Records: [login(0, 0, 0)],
  Applications: many(3, (index) => ({
    ApplicationArn: applicationArn(index),
    ...(index < 2 && { Name: `App ${2 - index}` }),
  })),
  ApplicationAccessScopes: [
    {
      ApplicationArn: applicationArn(0),
      Scopes: [...many(12, (index) => scope(`other:${index}`)), scope("sso:account:access")],
    },
    { ApplicationArn: applicationArn(1), Scopes: [scope("sso:account:accessory")] },
    { ApplicationArn: applicationArn(2), Scopes: [scope("sso:account:access")] },
  ],
});

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws({ organisation, throttle: false, rate: 100 });
});
afterAll(() => aws.close());
beforeEach(() => aws.reset());
afterEach(() => aws.inject([]));

const notCoveredIn = ({ manifest }: ProductRun, what: string) => manifest.notCovered.find((one) => one.what === what)!;

test("applications that may enter accounts as their users are counted, and named where they have a name", async () => {
  const run = await runProduct(aws);
  expect(notCoveredIn(run, "APPLICATIONS")).toEqual({
    what: "APPLICATIONS",
    sentence:
      "Assignments of applications are left out; of 3 applications, 2 may enter accounts as their users, with no login of theirs (scope sso:account:access).",
    count: 2,
    names: ["App 2", applicationArn(2)].sort(),
  });
  // Ten scopes are a page.
  expect(aws.stats().calls).toMatchObject({
    "sso-admin:ListApplications": 1,
    "sso-admin:ListApplicationAccessScopes": 4,
  });
  expect(run.manifest.status).toBe("succeeded");
  expect(run.files["report.html"]!.toString("utf8")).toContain("2 may enter accounts as their users");
});

test("where they may not be looked at, there is no number, and the report is what it was", async () => {
  aws.inject([{ operation: "sso-admin:ListApplications", kind: "accessDenied" }]);
  const run = await runProduct(aws);
  const found = notCoveredIn(run, "APPLICATIONS");
  expect(Object.keys(found)).toEqual(["what", "sentence"]);
  expect(found.sentence).toMatch(/could not be looked at: sso-admin ListApplications was refused/);
  expect(run.manifest.status).toBe("succeeded");
});

test("an application whose scopes AWS does not tell is counted beside", async () => {
  aws.inject([{ operation: "sso-admin:ListApplicationAccessScopes", kind: "accessDenied", at: 1, times: 1 }]);
  const found = notCoveredIn(await runProduct(aws), "APPLICATIONS");
  expect(found.sentence).toContain("and AWS does not tell the scopes of 1.");
});

test("access between two reports is counted by its events; sign-in elsewhere is said, with neither number nor call", async () => {
  const run = await runProduct(aws);
  expect(notCoveredIn(run, "BETWEEN_REPORTS")).toEqual({
    ...{ what: "BETWEEN_REPORTS", count: 0, names: [] },
    sentence: expect.stringMatching(/^Access that was given and taken away between two reports/),
  });
  expect(notCoveredIn(run, "OTHER_SIGN_IN")).toEqual({
    what: "OTHER_SIGN_IN",
    sentence: expect.stringMatching(/^Sign-in that does not go through IAM Identity Center .*IAM users/),
  });
  expect(Object.keys(aws.stats().calls).filter((name) => /iam|sso-oauth/i.test(name))).toEqual([]);
});
