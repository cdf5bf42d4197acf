// Biome lints and formats. ESLint is here for the one rule that needs types: an Output inside a template string.
const pulumi = require("@pulumi/eslint-plugin");
const { parser } = require("typescript-eslint");

module.exports = [
  { ignores: ["out/", "node_modules/"] },
  {
    files: ["index.ts", "components/**/*.ts"],
    languageOptions: { parser, parserOptions: { project: "./tsconfig.json", tsconfigRootDir: __dirname } },
    plugins: { "@pulumi": pulumi },
    rules: { "@pulumi/no-output-in-template-literal": "error" },
  },
];
