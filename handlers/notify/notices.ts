import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { Caller } from "../aws/aws";
import { LATEST_PAGE, REPORT_PREFIX, type RunResult } from "../bucket/bucket";
import { messageOf } from "../errors";
import type { News } from "../files/files";

/** What people are told of one run. */
export interface Notice {
  /**
   * Of an e-mail. SNS takes ASCII without line breaks, less than 100 characters:
   * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
   */
  readonly subject: string;
  /** Plain text, at most SNS's 256 KB. */
  readonly text: string;
}

/** Where the run ran that is told of. */
export interface NoticeContext {
  /** The function's, as Lambda gives it. */
  readonly functionArn: string;
  readonly logGroupName: string;
  readonly bucket: string;
  /** Tells stacks of one account apart. */
  readonly reportName: string;
}

/** Files of `decisions/` whose decisions all came to nothing: those who returned them believe that they have decided. */
export function unusedFiles({ decisions }: RunResult): string[] {
  if (decisions === undefined) return [];
  // Which files there are is not known: all that anybody has returned came to nothing.
  if (decisions.problem) return [`decisions/: ${decisions.problem}`];
  return decisions.files.flatMap(({ key, problem, ...counts }) => {
    if (problem !== null) return [`${key}: ${problem}`];
    const { changed, contested } = counts;
    const held = counts.carried + counts.done;
    if (held > 0 || changed + contested === 0) return [];
    return [`${key}: all that it decides has changed since, or is decided differently elsewhere.`];
  });
}

/** What people want to know first, line by line. */
function newsOf({ news, decisions }: RunResult): string[] {
  const lines: string[] = [];
  const named = (what: string, { count, named: names }: News["newOrphans"]) => {
    if (count === 0) return;
    lines.push(`${what}: ${count}`, ...names.map((name) => `  - ${name}`));
    if (count > names.length) lines.push(`  - and ${count - names.length} more`);
  };
  if (news) {
    named("New administrators", news.newAdministrators);
    named("New orphans", news.newOrphans);
    lines.push(`Changes since the report before: ${figures(news.changes)}`);
  }
  if (decisions && decisions.files.length > 0) {
    const { carried, stillThere, changed, contested, done } = decisions;
    lines.push(`Decided to go and still there: ${stillThere} (STILL_THERE in review.xlsx); done: ${done}`);
    lines.push(`Decisions carried: ${carried}; about what has changed since: ${changed}; contested: ${contested}`);
  }
  return lines;
}

/** Of a report that is published, whether `succeeded` or `degraded`. */
export function publishedNotice(result: RunResult, place: NoticeContext): Notice {
  const degraded = result.status === "degraded";
  return noticeOf(place, {
    what: degraded ? "published, but degraded" : "published",
    sentence: degraded
      ? "A credential report was published, but is degraded: not all could be observed, and cells say UNKNOWN. Take nobody's access away on the strength of those."
      : "A credential report was published.",
    details: [
      ...unusedFiles(result).map((file) => `- Nothing is carried of ${file}`),
      ...newsOf(result),
      ...result.warnings.map((warning) => `- ${warning}`),
    ],
    facts: [
      `Page:     aws s3 cp s3://${place.bucket}/${REPORT_PREFIX}${LATEST_PAGE} report.html`,
      "          Then open report.html in a browser: it needs no network.",
      `Report:   s3://${place.bucket}/${result.reportKey}`,
      `Manifest: s3://${place.bucket}/${result.manifestKey}`,
      `SHA-256:  ${result.manifestSha256} (of the manifest)`,
      `Rows:     ${result.rows} (${figures(result.byRowStatus)})`,
      `Usage:    ${figures(result.byUsage)}`,
      `Run:      ${result.runId}, finished at ${result.finishedAt}`,
    ],
  });
}

/** @param statusKey the object that says why; `null` where that could not be written either */
export function failedNotice(runId: string, error: unknown, statusKey: string | null, place: NoticeContext): Notice {
  const name = error instanceof Error ? error.name : "Error";
  return noticeOf(place, {
    what: "failed",
    sentence: "A run of the credential report failed.",
    details: [`${name}: ${messageOf(error)}`],
    facts: [...(statusKey === null ? [] : [`Status:   s3://${place.bucket}/${statusKey}`]), `Run:      ${runId}`],
  });
}

interface Told {
  readonly what: string;
  readonly sentence: string;
  /** Why, line by line; cut where they would be too much for SNS. */
  readonly details: readonly string[];
  readonly facts: readonly string[];
}

function noticeOf(place: NoticeContext, { what, sentence, details, facts }: Told): Notice {
  const LONGEST_DETAILS = 80_000; // UTF-8 makes at most three bytes of a UTF-16 unit
  const [, partition = "", , region = "", account = ""] = place.functionArn.split(":");
  const log = logPlace({ partition, region, logGroupName: place.logGroupName });
  const why = details.join("\n");
  const cut = why.length <= LONGEST_DETAILS ? why : `${why.slice(0, LONGEST_DETAILS)} … (the log has the rest)`;
  return {
    subject: `Credential report ${what}: account ${account}, ${region}`,
    text: [
      sentence,
      "",
      ...(cut === "" ? [] : [cut, ""]),
      ...facts,
      `Account:  ${account}, ${region}`,
      `Stack:    ${place.reportName}`,
      `Log:      ${log}`,
      "",
    ].join("\n"),
  };
}

/** `USED 33, UNKNOWN 3`, the most frequent first. */
function figures(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).sort(([, one], [, other]) => other - one);
  return sorted.length === 0 ? "none" : sorted.map(([name, count]) => `${name} ${count}`).join(", ");
}

export async function tellTopic(TopicArn: string, { subject, text }: Notice, sns: SNSClient, call: Caller) {
  const request = { TopicArn, Subject: subject, Message: text };
  await call(sns, new PublishCommand(request));
}

/** By partition: https://docs.aws.amazon.com/general/latest/gr/mgmt-console.html and each partition's own page of that name. */
const CONSOLES: Readonly<Record<string, string>> = {
  aws: "https://REGION.console.aws.amazon.com",
  "aws-us-gov": "https://console.amazonaws-us-gov.com",
  "aws-cn": "https://console.amazonaws.cn",
  "aws-eusc": "https://REGION.console.amazonaws-eusc.eu",
};

export interface LogGroup {
  readonly partition: string;
  readonly region: string;
  readonly logGroupName: string;
}

/** Where a log group is shown in the partition's console; its name where no console of the partition is known. */
export function logPlace({ partition, region, logGroupName }: LogGroup): string {
  const host = CONSOLES[partition];
  if (host === undefined) return `log group ${logGroupName}`;
  return `${host.replace("REGION", region)}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${encodeURIComponent(logGroupName)}`;
}
