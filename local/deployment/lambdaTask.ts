import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { clientConfig } from "./provider";
import type { Provider } from "./resourceTypes";
import { TaskFailure } from "./statesInterpreter";

interface InvokeParameters {
  readonly FunctionName: string;
  readonly Payload?: unknown;
}

/** The Lambda errors that Step Functions knows by a name of their own, with what it puts before them. */
const knownFaults = ["TooManyRequestsException", "ServiceException", "ResourceNotFoundException"];

/** Step Functions' `lambda:invoke`: calls Lambda with the state machine's credentials, and names what goes wrong as Step Functions does. */
export function lambdaTask(provider: Provider) {
  const client = new LambdaClient(clientConfig(provider, "stateMachine"));
  return {
    async invoke(parameters: unknown): Promise<unknown> {
      const { FunctionName, Payload = {} } = parameters as InvokeParameters;
      const answer = await client
        .send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(Payload) }))
        .catch((error: Error) => {
          throw new TaskFailure(
            `Lambda.${knownFaults.includes(error.name) ? error.name : "SdkClientException"}`,
            error.message,
          );
        });
      const payload = JSON.parse(Buffer.from(answer.Payload!).toString());
      if (answer.FunctionError) {
        throw new TaskFailure(payload.errorType ?? "Lambda.Unknown", JSON.stringify(payload));
      }
      const { ExecutedVersion, StatusCode } = answer;
      return { ExecutedVersion, Payload: payload, StatusCode };
    },
    close: () => client.destroy(),
  };
}
