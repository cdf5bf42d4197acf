import { once } from "node:events";
import type { ClientOptions, Clients } from "../handlers/aws/aws";
import { messageOf, reportError } from "../handlers/errors";
import { askMfaCode, createCredentials } from "./credentials";
import { proxyAgent } from "./proxy";

/**
 * How the clients of a terminal reach AWS: Region, profile, proxy, and credentials, which are there or it is said before anything is
 * asked.
 *
 * @param signal ends the wait for credentials too: a profile's command may take as long as it likes
 */
export async function findAccess(
  { region, profile }: { readonly region: string | undefined; readonly profile: string | undefined },
  signal: AbortSignal,
): Promise<ClientOptions> {
  const httpsAgent = proxyAgent(process.env);
  const options = { ...(region && { region }), ...(profile && { profile }), ...(httpsAgent && { httpsAgent }) };
  const provide = createCredentials(options, (serial) => askMfaCode(serial, signal));
  const ended = once(signal, "abort").then(() => Promise.reject(signal.reason as Error));
  ended.catch(() => {}); // also where nothing waits for credentials
  const credentials: typeof provide = () => Promise.race([provide(), ended]);
  await credentials();
  return { ...options, credentials };
}

/**
 * The Region in which a client asks.
 *
 * @param whose what it must be the Region of
 */
export async function regionOf(
  { config }: { readonly config: Pick<Clients["s3"]["config"], "region"> },
  whose: string,
): Promise<string> {
  return config.region().catch((error: unknown) => {
    const said = messageOf(error);
    const why = /missing|region=""/i.test(said) ? "No AWS Region is set." : `${said.replace(/\.?$/, "")}.`;
    throw reportError("NoRegion", `${why} Give --region, or set AWS_REGION, to the Region of ${whose}.`, error);
  });
}
