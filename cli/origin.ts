import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Caller, type ClientOptions, type Clients, clientSettings } from "../handlers/aws/aws";
import { reportError } from "../handlers/errors";
import type { RunOrigin } from "../handlers/files/files";
import { regionOf } from "./access";

/** In which account and Region, and as whom, the credentials of the terminal work. Everybody may ask that. */
export async function findOrigin(clients: Clients, options: ClientOptions, call: Caller): Promise<RunOrigin> {
  const region = await regionOf(clients.ssoAdmin, "the Identity Center instance");
  const sts = new STSClient(clientSettings(options));
  try {
    return await call(sts, new GetCallerIdentityCommand({}), ({ Account, Arn }) => {
      if (Account && Arn) return { account: Account, region, caller: Arn };
      throw reportError("UnexpectedAnswer", `expected Account and Arn, got ${JSON.stringify({ Account, Arn })}`);
    });
  } finally {
    sts.destroy();
  }
}
