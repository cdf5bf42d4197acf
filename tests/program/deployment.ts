import { Module } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { CredentialReport as Component } from "../../components/credentialReport";

// A small handler: to serialize the real one takes longer than all the rest.
const handler = require.resolve("../../handlers/report");
require.cache[handler] = Object.assign(new Module(handler), {
  loaded: true,
  exports: { createReportHandler: () => async () => "small" },
});
const { CredentialReport } = require("../../components/credentialReport") as { CredentialReport: typeof Component };

/** What the program is given, as JSON in its first argument. */
export interface Given {
  readonly lakeId?: string;
  readonly lookbackDays?: number;
  /** The account that owns the organization. */
  readonly owner?: string;
  readonly preview?: boolean;
}

const account = "111122223333";
const { lakeId, lookbackDays = 90, owner = account, preview }: Given = JSON.parse(process.argv[2]!);

/** A program whose settings are outputs of something else. Run by Node itself, as Pulumi runs programs. */
void pulumi.runtime
  .setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: name, state: { name, arn: `arn:aws:any:::${name}`, ...inputs } }),
      call: ({ token }) => (token.includes("getOrganization") ? { masterAccountId: owner } : { accountId: account }),
    },
    "project",
    "stack",
    preview,
  )
  .then(() => {
    new CredentialReport("report", {
      lakeId: lakeId === undefined ? undefined : pulumi.output(lakeId),
      instanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
      identityStoreId: "d-1234567890",
      lookbackDays: pulumi.output(lookbackDays),
    });
    return pulumi.runtime.disconnect();
  })
  .then(() => console.log("deployed"));
