import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { type ClientOptions, clientSettings } from "../aws/aws";
import { messageOf, reportError } from "../errors";
import type { LoginSource } from "./source";

type Provide = Extract<NonNullable<ClientOptions["credentials"]>, (...given: never[]) => unknown>;
type Credentials = Awaited<ReturnType<Provide>>;

/**
 * The credentials of the role that reads logins: assumed with those of the run, for an hour, which is the longest from one role to another, and
 * anew before they expire. Several clients share them.
 *
 * @param options how the run itself calls AWS
 * @throws `CredentialsMissing`, which is not asked again, where AWS refuses
 */
export function assumedRole(RoleArn: string, options: ClientOptions): Provide {
  const EARLY_MS = 300_000; // as the SDK does
  // Asked once in a while, and not through the caller, which would count it as a call of whoever needs the credentials.
  const sts = new STSClient({ ...clientSettings(options), maxAttempts: 4 });
  let held: Promise<Credentials> | null = null;

  async function assume(): Promise<Credentials> {
    try {
      const asked = { RoleArn, RoleSessionName: "credential-report", DurationSeconds: 3600 };
      const { Credentials: given } = await sts.send(new AssumeRoleCommand(asked));
      const { AccessKeyId = "", SecretAccessKey = "", SessionToken, Expiration } = given ?? {};
      if (AccessKeyId === "" || SecretAccessKey === "" || !SessionToken || Expiration === undefined) {
        throw reportError("CredentialsMissing", `sts AssumeRole gave no credentials of the role ${RoleArn}.`);
      }
      return {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
        expiration: Expiration,
      };
    } catch (error) {
      held = null;
      throw explained(error as Error);
    }
  }

  function explained(error: Error): Error {
    // Of the run's own credentials, and of what passes, the call says more that needed these.
    if (!/^(AccessDenied|ValidationError|RegionDisabledException)/.test(error.name)) return error;
    return reportError(
      "CredentialsMissing",
      `The role that reads logins, ${RoleArn}, was not assumed (${error.name}: ${messageOf(error).split("\n")[0]}). ` +
        "Look whether it exists, whether its trust policy names this account, its organization and the role that makes the report (docs/policies/login-role-trust.json), " +
        "and whether that role may call sts:AssumeRole on it: no service control policy may deny it.",
      error,
    );
  }

  return async () => {
    const before = held;
    const known = before === null ? null : await before;
    if (known?.expiration !== undefined && known.expiration.getTime() >= Date.now() + EARLY_MS) return known;
    // Of several that come at once, one assumes it.
    if (held === before || held === null) held = assume();
    return held;
  };
}

/** A source that reads with a role's credentials: that they are given is seen first of all. */
export function withRole<Reading>(source: LoginSource<Reading>, credentials: Provide): LoginSource<Reading> {
  return {
    ...source,
    async begin(...given) {
      await credentials();
      return source.begin(...given);
    },
  };
}
