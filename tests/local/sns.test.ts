import { PublishCommand } from "@aws-sdk/client-sns";
import { failure, start, stopAll } from "./support";

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html

const TopicArn = "arn:aws:sns:us-east-1:111122223333:security";
let local: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  local = await start();
});
afterAll(stopAll);

const publish = (input: object) =>
  local.sns.send(new PublishCommand({ TopicArn, Subject: "s", Message: "m", ...input }));

test("a message is taken as it is, and gets an id", async () => {
  const Message = "Größe <&> 漢\nline + two";
  const { MessageId } = await publish({ Subject: "what: happened", Message });
  expect(MessageId).toMatch(/^[0-9a-f-]{36}$/);
  expect(local.aws.messages).toEqual([{ topicArn: TopicArn, subject: "what: happened", message: Message }]);
});

test.each([
  ["a topic of another Region", { TopicArn: TopicArn.replace("us-east-1", "eu-west-1") }],
  ["no ARN", { TopicArn: "security" }],
  ["a subject of 100 characters", { Subject: "s".repeat(100) }],
  ["a subject with a line break", { Subject: "one\ntwo" }],
  ["a subject that is not ASCII", { Subject: "Größe" }],
  ["an empty message", { Message: "" }],
  ["a message of more than 256 KB", { Message: "漢".repeat(87_382) }],
])("%s is an invalid parameter", async (_, input) => {
  const before = local.aws.messages.length;
  expect(await failure(publish(input))).toMatchObject({
    name: expect.stringMatching(/^InvalidParameter/),
    $metadata: { httpStatusCode: 400 },
  });
  expect(local.aws.messages).toHaveLength(before);
});
