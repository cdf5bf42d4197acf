import { decodeRows } from "../../handlers/files/page/browser/rows";
import type { PageData } from "../../handlers/files/page/pageData";
import { startLocalAws } from "../../local/aws";
import { captureLogs, startContainer, textOf } from "../support/container";
import {
  login,
  many,
  oneGrant,
  organisationOf,
  permissionSet,
  permissionSetArn,
  userAssignment,
} from "../support/organisation";
import { folderOf } from "../support/published";

// Which permission sets count as administrator, from AWS's answers to the page's rows.

captureLogs();

const PermissionSetArn = permissionSetArn;
const everything = JSON.stringify({ Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
const names = ["Full", "Iam", "Inline", "Named", "Own", "Reader"];
const managed = (set: number, Name: string) => ({
  PermissionSetArn: PermissionSetArn(set),
  AttachedManagedPolicies: [{ Name, Arn: `arn:aws:iam::aws:policy/${Name}` }],
});

test("a permission set is an administrator's by its policies or its name, and each row says why", async () => {
  const organisation = organisationOf({
    ...oneGrant,
    PermissionSets: names.map((Name, set) => permissionSet(set, { Name })),
    ManagedPolicies: [managed(0, "AdministratorAccess"), managed(1, "IAMFullAccess"), managed(5, "ReadOnlyAccess")],
    InlinePolicies: [{ PermissionSetArn: PermissionSetArn(2), InlinePolicy: everything }],
    CustomerManagedPolicies: [2, 4].map((set) => ({
      PermissionSetArn: PermissionSetArn(set),
      CustomerManagedPolicyReferences: [{ Name: "Deploy", Path: "/team/" }, { Name: "Read" }],
    })),
    AccountAssignments: many(names.length, (set) => userAssignment(0, set, 0)),
    Records: [login(0, 0, 0)],
  });
  const localAws = await startLocalAws({ organisation, throttle: false, rate: 1000, missingKeyIs403: true });
  try {
    const container = await startContainer(localAws, {}, { administratorPermissionSets: ["Named", "Full"] });
    const html = textOf(container.bucket, `${folderOf(await container.run({ runId: "administrators" }))}/report.html`)!;
    const json = /<script type="application\/json" id="report">(.*?)<\/script>/s.exec(html)![1]!;
    const { table, figures } = JSON.parse(json) as PageData;

    const rows = decodeRows(table).map((row) => [row.PermissionSetName, row.Administrator, row.AdministratorReason]);
    expect(rows).toEqual([
      ["Full", "true", "the AWS-managed policy AdministratorAccess; its name is in administratorPermissionSets"],
      ["Iam", "true", "the AWS-managed policy IAMFullAccess"],
      [
        "Inline",
        "true",
        "an inline policy that allows everything; not read: the customer-managed policies /team/Deploy, /Read",
      ],
      ["Named", "true", "its name is in administratorPermissionSets"],
      ["Own", "", "not read: the customer-managed policies /team/Deploy, /Read"],
      ["Reader", "", ""],
    ]);
    expect(figures.administratorGrants).toBe(4);
  } finally {
    await localAws.close();
  }
});
