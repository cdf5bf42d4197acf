import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Metric, metricNamespace, reportDimension } from "../handlers/notify/notify";
import type { WatchedReport } from "./alarms";

/** Dashboards get no generated names: this one has the report's, with hyphens for what a stack's name may have and a dashboard's may not. */
export function dashboard(name: string, watched: WatchedReport, parent: pulumi.Resource): void {
  const { account, report, stateMachine, reportName } = watched;
  const body = pulumi
    .output({
      region: account.region,
      functionName: report.function.name,
      stateMachineArn: stateMachine.arn,
      reportName,
    })
    .apply((known) => JSON.stringify(dashboardBody(known)));
  new aws.cloudwatch.Dashboard(
    `${name}-dashboard`,
    { dashboardName: reportName.replace(/[^\w-]/g, "-"), dashboardBody: body },
    { parent },
  );
}

interface DashboardArgs {
  readonly region: string;
  readonly functionName: string;
  readonly stateMachineArn: string;
  readonly reportName: string;
}

/** Two columns of graphs, a day a point: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody(args: DashboardArgs) {
  const own = (...names: Metric[]) =>
    names.map((metric) => [metricNamespace, metric, reportDimension, args.reportName]);
  const ofService = (namespace: string, dimension: string, value: string, ...names: string[]) =>
    names.map((metric) => [namespace, metric, dimension, value]);
  const graphs: { title: string; stat: string; metrics: string[][] }[] = [
    { title: "Runs", stat: "Sum", metrics: own("Succeeded", "Degraded", "Failed") },
    { title: "Hours since the newest report", stat: "Maximum", metrics: own("HoursSinceLastReport") },
    { title: "Grants", stat: "Maximum", metrics: own("Rows", "Grants", "Unused", "Orphans") },
    { title: "Duration in seconds", stat: "Maximum", metrics: own("DurationSeconds") },
    { title: "Calls to AWS", stat: "Sum", metrics: own("Calls", "Throttles") },
    {
      title: "Executions of the state machine",
      stat: "Sum",
      metrics: ofService(
        ...(["AWS/States", "StateMachineArn", args.stateMachineArn] as const),
        ...["ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"],
      ),
    },
    {
      title: "Slices, by the function",
      stat: "Sum",
      metrics: ofService(
        ...(["AWS/Lambda", "FunctionName", args.functionName] as const),
        ...["Invocations", "Errors", "Throttles"],
      ),
    },
  ];
  return {
    widgets: graphs.map((graph, index) => ({
      type: "metric",
      x: (index % 2) * 12,
      y: Math.floor(index / 2) * 6,
      width: 12,
      height: 6,
      properties: { region: args.region, view: "timeSeries", period: 86_400, ...graph },
    })),
  };
}
