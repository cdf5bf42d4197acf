import { createInterface } from "node:readline/promises";
import { fromIni } from "@aws-sdk/credential-provider-ini";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { type ClientOptions, clientSettings } from "../handlers/aws/aws";
import { messageOf, reportError } from "../handlers/errors";

type Provide = Extract<NonNullable<ClientOptions["credentials"]>, (...given: never[]) => unknown>;
type Credentials = Awaited<ReturnType<Provide>>;

/**
 * The credentials of a run from a terminal, for all its clients: looked up once, and again when they are about to expire. A profile
 * that is named by an option is the only place where they are looked for. Without credentials it throws `CredentialsMissing`.
 *
 * @param options Region and agent, also for asking STS and IAM Identity Center for credentials
 * @param askMfaCode gives the code of the MFA device with this serial number
 */
export function createCredentials(
  options: Omit<ClientOptions, "credentials">,
  askMfaCode: (serial: string) => Promise<string>,
): Provide {
  const { profile, region } = options;
  const { requestHandler } = clientSettings(options);
  const common = {
    mfaCodeProvider: askMfaCode,
    clientConfig: { requestHandler },
    parentClientConfig: { requestHandler, ...(region !== undefined && { region }) },
  };
  const lookUp: () => Promise<Credentials> =
    profile === undefined ? defaultProvider(common) : fromIni({ ...common, profile });
  let lookedUp: Promise<Credentials> | null = null;

  async function start(): Promise<Credentials> {
    try {
      return await lookUp();
    } catch (error) {
      lookedUp = null;
      throw missing(error as Error, profileOf(profile));
    }
  }

  return async () => {
    const held = lookedUp;
    if (held !== null && !isExpiring(await held)) return held;
    // Of several clients that come at once, one looks up.
    if (lookedUp === held || lookedUp === null) lookedUp = start();
    return lookedUp;
  };
}

function isExpiring({ expiration }: Credentials): boolean {
  const EARLY_MS = 300_000; // as the SDK does
  return expiration !== undefined && expiration.getTime() < Date.now() + EARLY_MS;
}

/** Asks on the terminal, in the middle of whatever is shown there. */
export async function askMfaCode(serial: string, signal: AbortSignal): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY)
    throw new Error(`it needs the code of the MFA device ${serial}, and there is no terminal to ask on.`);
  // Not `terminal: true`, which would keep Ctrl-C to itself.
  const lines = createInterface({ input: stdin, output: stderr, terminal: false });
  try {
    return (await lines.question(`MFA code of ${serial}: `, { signal })).trim();
  } finally {
    lines.close();
  }
}

/** The profile that is used where this one is given, or none. */
export function profileOf(given: string | undefined): string | undefined {
  return given ?? process.env.AWS_PROFILE;
}

/** The error of a run that has no credentials. */
export function missing(error: Error, profile: string | undefined): Error {
  const who = profile === undefined ? "No credentials" : `No credentials from the profile ${profile}`;
  const why = messageOf(error).trim().replace(/\s+/g, " ").replace(/\.?$/, ".");
  return reportError("CredentialsMissing", `${who}: ${why} ${adviceFor(error, profile)}`, error);
}

/** What to run where credentials are missing or were refused. */
export function adviceFor(error: Error, profile: string | undefined): string {
  const said = messageOf(error);
  const named = /profile=(.+?) was/.exec(said)?.[1] ?? profile; // the one whose session it is, where a role's source has one
  const option = named === undefined ? "" : ` --profile ${named}`;
  if (/sso (login|session)|session token not found/i.test(said))
    return `Run \`aws sso login${option}\`, then run again.`;
  if (/aws login|login\/cache/i.test(said)) return `Run \`aws login${option}\`, then run again.`;
  if (/MFA device/.test(said)) {
    return `Run \`aws configure export-credentials${option} --format env\` in a terminal, and set what it prints.`;
  }
  if (/AssumeRole/i.test(said)) return "Does the role's trust policy allow it, with MFA where the policy asks for it?";
  if (named === undefined) {
    return "Name a profile with --profile (`aws configure list-profiles` lists them), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";
  }
  return `\`aws configure list-profiles\` lists the profiles that there are, and \`aws sts get-caller-identity${option}\` tries this one. If its session has ended, run \`aws sso login${option}\`.`;
}
