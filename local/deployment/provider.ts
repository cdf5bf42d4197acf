import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Provider } from "./resourceTypes";

/** The local AWS takes any credentials; the access key id tells its statistics and faults who calls. */
export type Caller = "deployer" | "function" | "runbook" | "stateMachine";

export function credentialsOf(caller: Caller): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: `local-${caller}`, secretAccessKey: "local" };
}

export function clientConfig({ endpoint, region }: Pick<Provider, "endpoint" | "region">, caller: Caller) {
  // The local AWS's clock is its organisation's: the SDK would take each error for one of a wrong clock, and ask again.
  return { endpoint, region, credentials: credentialsOf(caller), maxAttempts: 1 };
}

export async function connectProvider(endpoint: string, region: string): Promise<Provider> {
  const sts = new STSClient(clientConfig({ endpoint, region }, "deployer"));
  const { Account } = await sts.send(new GetCallerIdentityCommand({}));
  return { endpoint, region, partition: partitionOf(region), accountId: Account! };
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("eusc-")) return "aws-eusc";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
