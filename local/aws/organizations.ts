import { AwsError, type Handler } from "./call";
import { jsonService } from "./jsonProtocol";
import type { Organisation } from "./organisation";
import { type Paging, page } from "./paging";

const paging: Paging = {
  sizeMember: "MaxResults",
  maximum: 20,
  size: 20,
  invalidSize: (message) => invalidInput(message, "MAX_VALUE_EXCEEDED"),
  invalidToken: (message) => invalidInput(message, "INVALID_NEXT_TOKEN"),
};

export function organizations({ accounts }: Organisation): Handler {
  return jsonService({
    ListAccounts: (input, call) => {
      const { items, NextToken } = page(call, input, "", accounts, paging);
      return { Accounts: items, NextToken };
    },
  });
}

function invalidInput(message: string, Reason: string): AwsError {
  return new AwsError("InvalidInputException", message, 400, { Reason });
}
