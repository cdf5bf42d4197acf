import { createCaller, createClients } from "../handlers/aws/aws";
import { messageOf } from "../handlers/errors";
import { createLoginSource, readsEventHistory } from "../handlers/logins/logins";
import { findAccess } from "./access";
import { type Arguments, parseArguments } from "./arguments";
import { checkReads } from "./check/checkReads";
import { findingsOf } from "./check/findings";
import type { Found } from "./check/probes";
import { isAllowedFor } from "./check/shape";
import { textOf } from "./check/text";
import { runCommand } from "./command";
import { adviceFor, missing, profileOf } from "./credentials";
import { findOrigin } from "./origin";
import { commandLine } from "./program";

const command = commandLine("check");

const HELP = `Says whether a report could be made: it makes each read of a report once, for one page, and changes nothing in AWS.

Usage: ${command} [options]

It says whether each read is allowed, and otherwise which statement of a policy is missing; what answers and events have that this version
does not know; how much of the window, and which Regions, could be observed; and how long a report would take. In CloudTrail Lake, or in a
table over a trail's files, it queries the last day, which AWS bills.

The options are those of the report: \`${commandLine("report")} --help\` lists them; --out, --resume, and --restart have no effect here.
--json prints what may be pasted into an issue: it has no id, name, address, or ARN. With --quiet, the exit code is the answer.

Examples:
  ${command} --profile security-audit --region eu-west-1
  ${command} --profile security-audit --region eu-west-1 --json > check.json

Exit codes:
  0    every read is allowed, and every answer was understood
  1    a read was refused or failed
  2    the arguments are wrong
  3    every read is allowed, but an answer has something that this version does not know, or lacks something that it needs
`;

/** `credential-report check`: whether a report could be made, and what of it. Gives the exit code. */
export function checkCommand(argv: readonly string[]): Promise<number> {
  return runCommand(() => parseArguments(argv), HELP, checkOrSay);
}

async function checkOrSay(given: Arguments): Promise<number> {
  const ending = new AbortController();
  // The SDK asks for a role's MFA code before it waits for the credentials that assume the role, and these may fail in the meantime.
  const end = (reason: unknown) => ending.abort(missing(reason as Error, profileOf(given.profile)));
  process.once("unhandledRejection", end);
  try {
    return await check(given, ending.signal);
  } catch (thrown) {
    const error = (ending.signal.aborted ? ending.signal.reason : thrown) as Error;
    const advice = error.name === "CredentialsRefused" ? ` ${adviceFor(error, profileOf(given.profile))}` : "";
    process.stderr.write(`${messageOf(error)}${advice}\n`);
    return 1;
  } finally {
    process.off("unhandledRejection", end);
  }
}

async function check(given: Arguments, signal: AbortSignal): Promise<number> {
  const { settings, nowMs = null, json, quiet } = given;
  const options = await findAccess(given, signal);
  const clients = createClients(options);
  const call = createCaller({ requestsPerSecond: settings.requestsPerSecond, signal });
  const { account, region } = await findOrigin(clients, options, call);
  const presentMs = nowMs ?? Date.now();
  const { instanceArn, identityStoreId } = settings;
  const found = { account, region, instanceArn, identityStoreId };
  const sourceOf = (instance: Found) => {
    const ids = { instanceArn: instance.instanceArn, identityStoreId: instance.identityStoreId };
    return createLoginSource({ ...settings, ...ids }, options);
  };
  const ownEvents = readsEventHistory(settings) && settings.loginRoleArn === "";
  const checked = await checkReads(clients, sourceOf, ownEvents, found, presentMs, call);
  const findings = findingsOf(checked, settings, loginSourceName(settings), presentMs);
  if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else if (!quiet) process.stdout.write(textOf(findings, checked));
  const isRefused = findings.reads.some(({ outcome }) => outcome === "refused" || outcome === "failed");
  if (isRefused || (findings.logins !== null && findings.logins.failed !== null)) return 1;
  const isKnown = Object.values(findings.oddities).flat().every(isAllowedFor);
  const isOdd = !isKnown || findings.events.forms.unknownFields.length > 0;
  return isOdd ? 3 : 0;
}

/** What a person calls the source that the settings name. */
function loginSourceName(settings: Arguments["settings"]): string {
  if (settings.eventDataStore === null) return "nowhere";
  if (readsEventHistory(settings)) return "CloudTrail Event history";
  return settings.trailTable === "" ? "CloudTrail Lake" : "Athena, over a trail's files";
}
