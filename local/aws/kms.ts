import { AwsError, type Handler } from "./call";
import { jsonService, requireString } from "./jsonProtocol";

export type KeyState = "Enabled" | "Disabled" | "PendingDeletion";

/** KMS tells of keys, and has them of the caller's Region alone. Nothing is encrypted with them. */
export function kms(keys: Readonly<Record<string, KeyState>> = {}): Handler {
  return jsonService({
    DescribeKey: (input, { region }) => {
      const arn = requireString(input, "KeyId");
      const [, , , keyRegion, AWSAccountId, resource] = arn.split(":");
      if (keyRegion !== region) throw new AwsError("NotFoundException", `Invalid arn ${keyRegion}`);
      const KeyState = keys[arn];
      if (KeyState === undefined) throw new AwsError("NotFoundException", `Key '${arn}' does not exist`);
      const KeyId = resource!.replace("key/", "");
      const uses = { KeyUsage: "ENCRYPT_DECRYPT", KeySpec: "SYMMETRIC_DEFAULT" };
      return { KeyMetadata: { Arn: arn, KeyId, AWSAccountId, Enabled: KeyState === "Enabled", KeyState, ...uses } };
    },
  });
}
