import { randomUUID } from "node:crypto";
import { AwsError, type Handler } from "./call";
import { queryService } from "./queryProtocol";
import { element } from "./xml";

/** A message that a topic took. */
export interface Message {
  readonly topicArn: string;
  readonly subject: string | undefined;
  readonly message: string;
}

/**
 * SNS takes messages for every topic of the caller's Region; nobody is subscribed. Its rules for a message:
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 *
 * @param messages gets each message
 * @param topics the ARNs that ListTopics knows
 */
export function sns(messages: Message[], topics: readonly string[] = []): Handler {
  return queryService("sns", "http://sns.amazonaws.com/doc/2010-03-31/", {
    ListTopics: (_, { region }) => {
      const here = topics.filter((arn) => arn.split(":")[3] === region);
      const members = here.map((arn) => `<member>${element("TopicArn", arn)}</member>`);
      return `<Topics>${members.join("")}</Topics>`;
    },
    Publish: (parameters, { region }) => {
      const topicArn = parameters.get("TopicArn") ?? "";
      const subject = parameters.get("Subject") ?? undefined;
      const message = parameters.get("Message") ?? "";
      if (!/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/.test(topicArn) || topicArn.split(":")[3] !== region) {
        throw invalid("TopicArn");
      }
      if (subject !== undefined && !/^[!-~][ -~]{0,98}$/.test(subject)) throw invalid("Subject");
      if (message === "") throw invalid("Empty message");
      if (Buffer.byteLength(message) > 262_144) throw invalid("Message too long");
      messages.push({ topicArn, subject, message });
      return element("MessageId", randomUUID());
    },
  });
}

function invalid(what: string): AwsError {
  return new AwsError("InvalidParameter", `Invalid parameter: ${what}`);
}
