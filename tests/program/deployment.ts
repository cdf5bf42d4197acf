import * as pulumi from "@pulumi/pulumi";
import { CredentialReport } from "../../components/credentialReport";

/** A program whose lookbackDays, its first argument, is an output of something else. Run by Node itself, as Pulumi runs programs. */
void pulumi.runtime
  .setMocks({
    newResource: ({ name, inputs }) => ({ id: name, state: { name, arn: `arn:aws:any:::${name}`, ...inputs } }),
    call: ({ token }) =>
      token.includes("getOrganization") ? { masterAccountId: "111122223333" } : { accountId: "111122223333" },
  })
  .then(() => {
    new CredentialReport("report", {
      lakeId: "01234567-89ab-cdef-0123-456789abcdef",
      instanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
      identityStoreId: "d-1234567890",
      lookbackDays: pulumi.output(Number(process.argv[2])),
    });
    return pulumi.runtime.disconnect();
  })
  .then(() => console.log("deployed"));
