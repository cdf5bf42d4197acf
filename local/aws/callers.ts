import { randomBytes, randomInt } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Call, Caller } from "./call";
import { expiredToken, unknownCredentials } from "./serviceErrors";

/** A role that its trust policy lets others assume; a role that is not known refuses. */
export interface AssumableRole {
  /** Seconds, 3600 to 43,200: the role's MaxSessionDuration. @default 3600 */
  readonly maxSessionDuration?: number;
  /** What its trust policy demands as `sts:ExternalId`. @default nothing */
  readonly externalId?: string;
  /** Milliseconds after which its sessions end, whatever duration was asked for; Expiration says so. @default as asked for */
  readonly endsAfterMs?: number;
}

export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Milliseconds by this machine's clock, by which SDKs renew their credentials too. */
  readonly endsAt: number;
  readonly caller: Caller;
}

export interface Callers {
  /** Who an access key id belongs to: the session that it was made for, the ARN that is given for it, else a user of the owner. */
  callerOf(accessKeyId: string): Caller;
  /** @throws AwsError where the credentials are a session's that has ended, or one that never was */
  check(call: Call, token: string | undefined): void;
  /** @param durationMs what was asked for */
  begin(roleArn: string, sessionName: string, durationMs: number, role: AssumableRole): Session;
}

/** Access key ids that begin so are those of sessions that were made here. */
const PREFIX = "ASIALOCAL";

/**
 * @param ownerAccountId of the account that owns the instance, which is the one of all callers that nothing else is known of
 * @param known the ARN of an access key id's user or role session
 */
export function createCallers(ownerAccountId: () => string, known: ReadonlyMap<string, string>): Callers {
  const sessions = new Map<string, Session>();
  return {
    callerOf(accessKeyId) {
      const session = sessions.get(accessKeyId);
      if (session) return session.caller;
      const arn = known.get(accessKeyId) ?? `arn:aws:iam::${ownerAccountId()}:user/local`;
      return { arn, account: arn.split(":")[4] ?? "", userId: accessKeyId, isRole: arn.includes(":assumed-role/") };
    },

    check(call, token) {
      const session = sessions.get(call.accessKeyId);
      if (!session && !call.accessKeyId.startsWith(PREFIX)) return;
      if (!session || token !== session.sessionToken) throw unknownCredentials(call);
      if (Date.now() >= session.endsAt) throw expiredToken(call);
    },

    begin(roleArn, sessionName, durationMs, { endsAfterMs = Number.POSITIVE_INFINITY }) {
      const [, partition, , , account = "", path = ""] = roleArn.split(":");
      const arn = `arn:${partition}:sts::${account}:assumed-role/${path.split("/").at(-1)}/${sessionName}`;
      const session: Session = {
        accessKeyId:
          PREFIX + Array.from({ length: 11 }, () => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[randomInt(32)]).join(""),
        secretAccessKey: randomBytes(30).toString("base64"),
        sessionToken: randomBytes(120).toString("base64"),
        endsAt: Date.now() + Math.min(durationMs, endsAfterMs),
        caller: { arn, account, userId: `${roleId(roleArn)}:${sessionName}`, isRole: true },
      };
      sessions.set(session.accessKeyId, session);
      return session;
    },
  };
}

/** The session token of a request, in its header or in a presigned URL. */
export function sessionTokenOf(headers: IncomingHttpHeaders, query: URLSearchParams): string | undefined {
  const header = headers["x-amz-security-token"];
  return (typeof header === "string" ? header : undefined) ?? query.get("X-Amz-Security-Token") ?? undefined;
}

/** Whether a call is for who administers Identity Center alone: its owner's account, or one that it delegated that to. */
export function isForAdministrators({ service, operation }: Call): boolean {
  return (
    (service === "sso-admin" && operation !== "ListInstances") ||
    service === "identitystore" ||
    (service === "organizations" && operation !== "DescribeOrganization")
  );
}

/** The same for the same role. */
function roleId(roleArn: string): string {
  return `AROA${Buffer.from(roleArn).toString("hex").toUpperCase().slice(-17).padStart(17, "0")}`;
}
