// Every page keeps the rules of accessibility, asks no other origin for anything, and runs without an error: access.mjs PATH...
export default async function ({ open, login, violations, assert, url, rest }) {
  const wrong = [];
  for (const [scheme, width] of [["light", 1280], ["dark", 1280], ["light", 390], ["light", 640]]) {
    const { context, page, foreign, errors } = await open({ colorScheme: scheme, viewport: { width, height: 900 } });
    await page.goto(`${url}/login`);
    wrong.push(...(await violations(page)).map((text) => `/login ${scheme} ${width}: ${text}`));
    await login(page);
    for (const path of rest) {
      const answer = await page.goto(url + path);
      if (!answer.ok()) wrong.push(`${path}: ${answer.status()}`);
      wrong.push(...(await violations(page)).map((text) => `${path} ${scheme} ${width}: ${text}`));
      // 640 is 1280 at 200 %.
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) wrong.push(`${path} ${width}: is wider than the screen by ${wide}`);
    }
    wrong.push(...foreign.map((asked) => `another origin is asked: ${asked}`), ...errors.map((error) => `an error: ${error}`));
    await context.close();
  }
  assert(wrong.length === 0, `\n${wrong.join("\n")}`);
}
