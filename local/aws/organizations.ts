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

export function organizations({ accounts, header }: Organisation): Handler {
  return jsonService({
    // An organisation file is one organisation's, seen from its management account.
    DescribeOrganization: () => ({ Organization: { Id: "o-local00000", MasterAccountId: header.OwnerAccountId } }),
    ListAccounts: (input, call) => {
      const { items, NextToken } = page(call, input, "", accounts, paging);
      return { Accounts: items, NextToken };
    },
  });
}

function invalidInput(message: string, Reason: string): AwsError {
  return new AwsError("InvalidInputException", message, 400, { Reason });
}
