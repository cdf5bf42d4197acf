const CONSOLES: Readonly<Record<string, string>> = {
  "aws-us-gov": "console.amazonaws-us-gov.com",
  "aws-cn": "console.amazonaws.cn",
};

export interface LogGroupPlace {
  readonly partition: string;
  readonly region: string;
  readonly logGroupName: string;
}

/** Where a log group is shown in the partition's console. */
export function logsUrl({ partition, region, logGroupName }: LogGroupPlace): string {
  const host = CONSOLES[partition] ?? `${region}.console.aws.amazon.com`;
  return `https://${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${encodeURIComponent(logGroupName)}`;
}
