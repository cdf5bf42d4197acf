import { Parser } from "node-sql-parser/build/trino";
import { loginQuery } from "../../handlers/loginQuery";

const STORE = "0f3c9f3e-6b1d-4c56-9a8e-1d2f3a4b5c6d";
const query = loginQuery(STORE, Date.parse("2026-08-22T09:00:00Z"), Date.parse("2026-11-20T09:00:00Z"));

describe("loginQuery", () => {
  it("is Trino", () => {
    // Trino's grammar knows no unquoted UUID, which CloudTrail Lake wants.
    const parse = (text: string) => new Parser().astify(text.replace(STORE, "store"), { database: "trino" });
    expect(parse(query)).toMatchObject({ type: "select" });
    expect(() => parse(query.replace("GROUP BY", "GROUP"))).toThrow();
    expect(() => parse(query.replace(" AS logins", " AS logins,"))).toThrow();
  });

  it("names the store by its bare id", () => {
    expect(query).toContain(`\nFROM ${STORE}\n`);
  });

  it("limits eventTime at both ends, to the millisecond", () => {
    expect(query).toContain("eventTime >= timestamp '2026-08-22 09:00:00.000'");
    expect(query).toContain("eventTime <= timestamp '2026-11-20 09:00:00.000'");
  });

  it("fits StartQuery", () => {
    expect(query.length).toBeLessThan(10_000);
  });

  it("reads both event forms, and does not filter on the user name or the Region", () => {
    expect(query).toContain("userIdentity.onBehalfOf.userId");
    expect(query).toContain("userIdentity.userName");
    const conditions = query.slice(query.indexOf("WHERE"), query.indexOf("GROUP BY"));
    expect(conditions).not.toMatch(/userName|awsRegion/);
  });
});
