// Delivers messages with the official Node SDK, as its documentation says, with nothing changed but the host.
const { Analytics } = require("@segment/analytics-node");

const [host, writeKey, count] = process.argv.slice(2);
const analytics = new Analytics({ host, writeKey });
let errors = 0;
analytics.on("error", (error) => {
  errors += 1;
  console.error(error);
});
for (let n = 0; n < Number(count); n += 1) {
  analytics.track({ userId: `user-${n % 50}`, event: "Quiz Answered", properties: { n } });
}
analytics.closeAndFlush({ timeout: 45_000 }).then(() => process.exit(errors ? 1 : 0));
