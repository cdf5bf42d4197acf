import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Metric, metricNamespace, reportDimension } from "../handlers/notify/notify";
import type { WatchedReport } from "./alarms";

/** Dashboards get no generated names: this one has the report's, with hyphens for what a stack's name may have and a dashboard's may not. */
export function dashboard(name: string, { account, report, reportName }: WatchedReport, parent: pulumi.Resource): void {
  const body = pulumi
    .output({ region: account.region, functionName: report.function.name, reportName })
    .apply((known) => JSON.stringify(dashboardBody(known)));
  new aws.cloudwatch.Dashboard(
    `${name}-dashboard`,
    { dashboardName: reportName.replace(/[^\w-]/g, "-"), dashboardBody: body },
    { parent },
  );
}

/** Two columns of graphs, a day a point: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody(args: { region: string; functionName: string; reportName: string }) {
  const own = (...names: Metric[]) =>
    names.map((metric) => [metricNamespace, metric, reportDimension, args.reportName]);
  const graphs: { title: string; stat: string; metrics: string[][] }[] = [
    { title: "Runs", stat: "Sum", metrics: own("Succeeded", "Degraded", "Failed") },
    { title: "Hours since the newest report", stat: "Maximum", metrics: own("HoursSinceLastReport") },
    { title: "Grants", stat: "Maximum", metrics: own("Rows", "Grants", "Unused", "Orphans") },
    { title: "Duration in seconds, of 900", stat: "Maximum", metrics: own("DurationSeconds") },
    { title: "Calls to AWS", stat: "Sum", metrics: own("Calls", "Throttles") },
    {
      title: "The function",
      stat: "Sum",
      metrics: ["Invocations", "Errors", "Throttles"].map((metric) => [
        "AWS/Lambda",
        metric,
        "FunctionName",
        args.functionName,
      ]),
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
