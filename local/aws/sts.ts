import type { Handler } from "./call";
import type { OrganisationHeader } from "./organisation";
import { queryService } from "./queryProtocol";
import { element } from "./xml";

export function callerArn({ OwnerAccountId }: OrganisationHeader): string {
  return `arn:aws:iam::${OwnerAccountId}:user/local`;
}

export function sts(header: OrganisationHeader): Handler {
  return queryService("sts", "https://sts.amazonaws.com/doc/2011-06-15/", {
    GetCallerIdentity: (_, { accessKeyId }) =>
      element("Arn", callerArn(header)) + element("UserId", accessKeyId) + element("Account", header.OwnerAccountId),
  });
}
