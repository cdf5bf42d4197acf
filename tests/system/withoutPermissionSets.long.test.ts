import { startLocalAws } from "../../local/aws";
import { deploy } from "../../local/deployment/deploy";
import {
  accessApplication,
  account,
  accountId,
  entitlement,
  organisationOf,
  user,
  userId,
} from "../support/organisation";

// The unmodified program, its archive and the real signer, for an organisation that has account access manager alone. Shows that the parts
// fit each other; not that AWS accepts them.

const applicationArn = accessApplication(0).applicationArn.replace("eu-west-1", "us-east-1");

const organisation = organisationOf({
  OwnerAccountId: "111122223333",
  Instance: { PermissionSetsEnabled: false },
  Accounts: [account(0, { Arn: `arn:aws:organizations::111122223333:account/o-exampleorgid/${accountId(0)}` })],
  Users: [user(0)],
  AccountAccessApplications: [{ ...accessApplication(0), applicationArn }],
  AccountAccessEntitlements: [entitlement(0, "Operator", { userId: userId(0) }, { applicationArn })],
});

test("a stack for it deploys, and its scheduled report has the roles and succeeds", async () => {
  const localAws = await startLocalAws({ organisation, rate: 20 });
  const deployment = await deploy({ localAws, config: { lakeId: "" }, timeScale: 30 });
  try {
    await deployment.fireSchedule();

    const { objects } = localAws.buckets.get(String(deployment.outputs.bucketName))!;
    const textOf = (name: string) => {
      const key = [...objects.keys()].find((one) => one.endsWith(`/${name}`));
      return key === undefined ? "" : Buffer.concat([...objects.get(key)!.body]).toString("utf8");
    };
    const manifest = JSON.parse(textOf("manifest.json"));
    expect(manifest).toMatchObject({
      status: "succeeded",
      instance: { permissionSetsEnabled: false, ownerAccount: "111122223333" },
      sources: { accountAccess: { status: "read", entitlements: 1 }, identityCenter: { permissionSets: 0 } },
    });
    expect(textOf("credential_report.csv")).toContain(`,ACCOUNT_ROLE,arn:aws:iam::${accountId(0)}:role/Operator,`);
  } finally {
    await deployment.close();
    await localAws.close();
  }
});

test("one for an account's own instance is refused before it has a resource", async () => {
  const localAws = await startLocalAws({
    organisation,
    callers: { "local-deployer": "arn:aws:iam::999988887777:user/deployer" },
    delegatedAdministrators: ["999988887777"],
  });
  try {
    const lakeId = "arn:aws:cloudtrail:us-east-1:999988887777:eventdatastore/0f1e2d3c-4b5a-4697-8877-665544332211";
    await expect(deploy({ localAws, config: { lakeId } })).rejects.toThrow(
      /It is an account instance, which lets nobody into an account, or the organization's without permission sets/,
    );
  } finally {
    await localAws.close();
  }
});
