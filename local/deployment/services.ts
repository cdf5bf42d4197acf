import { AwsError, type Handler, jsonService } from "../aws";
import { type AutomationExecution, startAutomation } from "./automation";
import type { ActionContext } from "./automationActions";
import { readAutomationDocument } from "./automationCheck";
import { parameterValues } from "./automationDocument";
import type { Cloud } from "./cloud";
import type { Resource } from "./stack";

/**
 * SSM's Automation, for the documents of a stack.
 *
 * @param texts those of all documents, by name
 */
export function ssm(
  documents: () => readonly Resource[],
  texts: ReadonlyMap<string, string>,
  context: ActionContext,
): Handler {
  const executions = new Map<string, AutomationExecution>();
  return jsonService({
    GetDocument: ({ Name }) => {
      const Content = texts.get(String(Name));
      if (Content === undefined) throw new AwsError("InvalidDocument", `Document with name ${Name} does not exist.`);
      return { Name, Content, DocumentType: "Automation", DocumentFormat: "JSON" };
    },
    StartAutomationExecution: ({ DocumentName, Parameters = {} }) => {
      const resource = documents().find(({ id, outputs }) => id === DocumentName || outputs.arn === DocumentName);
      if (!resource) {
        throw new AwsError("AutomationDefinitionNotFoundException", `Automation definition ${DocumentName} not found.`);
      }
      const document = readAutomationDocument(String(resource.inputs.content));
      const values = parameterValues(document, Parameters as Record<string, string[]>);
      if (typeof values === "string") throw new AwsError("InvalidAutomationExecutionParametersException", values);
      const execution = startAutomation(resource.id!, document, values, context);
      executions.set(execution.AutomationExecutionId, execution);
      return { AutomationExecutionId: execution.AutomationExecutionId };
    },
    GetAutomationExecution: ({ AutomationExecutionId }) => {
      const execution = executions.get(String(AutomationExecutionId));
      if (!execution) {
        throw new AwsError("AutomationExecutionNotFoundException", `Execution ${AutomationExecutionId} not found.`);
      }
      return { AutomationExecution: execution };
    },
  });
}

/** Step Functions' executions, for the state machines of a stack. */
export function stepFunctions(cloud: Pick<Cloud, "executions" | "stateMachine">): Handler {
  const { executions } = cloud;
  return jsonService({
    StartExecution: ({ stateMachineArn, name, input }) => {
      const machine = cloud.stateMachine(String(stateMachineArn));
      if (!machine) {
        throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${stateMachineArn}'`);
      }
      const { executionArn, startDate } = executions.start(machine, input as string, name as string);
      return { executionArn, startDate };
    },
    DescribeExecution: ({ executionArn }) => executions.describe(String(executionArn)),
    StopExecution: ({ executionArn, error, cause }) => {
      const { stopDate } = executions.stop(String(executionArn), error as string, cause as string);
      return { stopDate };
    },
    RedriveExecution: ({ executionArn }) => {
      executions.redrive(String(executionArn));
      return { redriveDate: Date.now() / 1000 };
    },
  });
}

/** Lambda's Invoke, for the functions of a stack. */
export function lambda(cloud: Cloud): Handler {
  return async ({ method, path, headers, body }) => {
    const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path)?.[1];
    if (method !== "POST" || !name) {
      throw new AwsError("NotImplemented", `The local deployment does not implement lambda ${method} ${path}.`, 501);
    }
    const invoked = cloud.function(decodeURIComponent(name));
    if (!invoked)
      throw new AwsError("ResourceNotFoundException", `Function not found: ${decodeURIComponent(name)}`, 404);
    const event = body.length > 0 ? body.toString() : "{}";
    if ((headers["x-amz-invocation-type"] ?? "RequestResponse") !== "RequestResponse") {
      throw new AwsError("NotImplemented", "The local deployment invokes functions synchronously alone.", 501);
    }
    const { requestId, payload, error } = await invoked.invoke(event);
    return {
      status: 200,
      headers: {
        "content-type": "application/json",
        "x-amzn-requestid": requestId,
        "x-amz-executed-version": "$LATEST",
        ...(error ? { "x-amz-function-error": "Unhandled" } : {}),
      },
      body: payload ?? JSON.stringify(error),
    };
  };
}
