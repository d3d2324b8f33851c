// A fortnight of somebody's work that ended yesterday, made up: what the pictures of the
// README show, and what tests of whole pages read. Its text is a person's, not a test's.

import { daysAgo } from "./clock.js";
import { Transcript } from "./transcript.js";

const HARBOUR = "/home/ada/projects/harbour";
const NOTES = "/home/ada/projects/notes";
const SITE = "/home/ada/projects/website";

const SONNET = "claude-sonnet-4-5-20250929";
const OPUS = "claude-opus-4-1-20250805";

/** The session that the others lead up to: one of everything. */
export const RICH = "Tide tables are an hour off";

const SHIFT = `fn local_time(&self, tide: &Tide) -> Zoned {
    tide.at.to_zoned(self.zone.clone())
}`;

/** Writes all of it below `home`. */
export async function writeSample(home: string): Promise<void> {
  for (const session of [...shortOnes(), richOne()]) await session.write(home);
}

/** What the rich session says, in order. */
export function richOne(): Transcript {
  const session = new Transcript({
    number: 40,
    cwd: HARBOUR,
    branch: "tides",
    model: OPUS,
    at: daysAgo(1, "08:41"),
  });
  session
    .prompt(
      "The tide tables are an hour off since the end of October. Find out why before you change anything.",
    )
    .reply(
      "An hour, since the end of October, smells of daylight saving. I look at where times are turned into local ones.",
      "The clocks changed on 25 October. Either the offset is cached when the port is loaded, or the time is parsed as local time. Look at both before guessing.",
    )
    .tool("Grep", { pattern: "to_zoned|FixedOffset", path: "src" }, GREPPED)
    .tool("Read", { file_path: `${HARBOUR}/src/tides/table.rs` }, TABLE)
    .tool(
      "Bash",
      { command: "cargo test tides", description: "Run the tests" },
      FAILED,
      true,
    )
    .reply(FOUND)
    .prompt(
      "Yes. Keep the zone in the port, not the offset, and add a test for both changes.",
    )
    .task(
      "Find other cached offsets",
      "Look through src/ for other places that keep a UTC offset longer than one request. Report file and line, change nothing.",
      (agent) =>
        agent
          .tool("Grep", { pattern: "offset", path: "src", output_mode: "content" }, OFFSETS)
          .reply(
            "Two more places keep an offset: `src/berths/plan.rs:31` and `src/logbook.rs:112`.",
          ),
      "Two more places keep an offset: src/berths/plan.rs:31 and src/logbook.rs:112.",
    )
    .tool(
      "Edit",
      {
        file_path: `${HARBOUR}/src/tides/table.rs`,
        old_string:
          "fn local_time(&self, tide: &Tide) -> Time {\n    tide.at + self.offset\n}",
        new_string: SHIFT,
      },
      "The file has been updated.",
    )
    .tool("Bash", { command: "cargo test tides" }, PASSED)
    .reply(DONE)
    .compact(SUMMARY)
    .picture("This is the page now. Why is 02:30 there twice?")
    .reply(TWICE)
    .title(RICH);
  return session;
}

function shortOnes(): Transcript[] {
  let number = 1;
  const talk = (
    cwd: string,
    branch: string,
    model: string,
    at: string,
    ...said: string[]
  ) => {
    const session = new Transcript({ number: number++, cwd, branch, model, at });
    for (const [turn, text] of said.entries()) {
      if (turn % 2 === 0) session.prompt(text);
      else session.tool("Bash", { command: "cargo test" }, PASSED).reply(text).wait(7);
    }
    return session;
  };
  return [
    talk(
      HARBOUR,
      "main",
      SONNET,
      daysAgo(12, "07:58"),
      "Plan the importer for berth lists",
      "Three steps: read the list line by line, match each berth by its number, and report what matched nothing. The list is small, so all of it fits into one transaction.",
    ),
    talk(
      HARBOUR,
      "berths",
      SONNET,
      daysAgo(11, "13:20"),
      "Write the importer as we planned it, streaming, with a report",
      "The importer reads 40,000 berths in 0.3 s and reports every line that it could not match.",
      "Also when the file ends in the middle of a line?",
      "Then the last line is left for the next import, and the report says so.",
    ),
    talk(
      SITE,
      "main",
      OPUS,
      daysAgo(10, "09:05"),
      "The opening hours page is slow on phones",
      "It loads a map that nobody sees below 600 px. The map is loaded on a tap now: 1.4 MB less, and the page is there in 0.6 s.",
    ),
    talk(
      NOTES,
      "main",
      SONNET,
      daysAgo(9, "19:44"),
      "Turn my reading notes into one index by author",
      "The index has 212 entries by 97 authors. Four notes name no author; they are listed at the end.",
    ),
    talk(
      HARBOUR,
      "main",
      OPUS,
      daysAgo(8, "10:10"),
      "Review the login flow for anything that leaks a token",
      "One thing: the trace log prints the whole request, the `authorization` header included. It is left out now, and a test holds the log against a canary.",
    ),
    talk(
      HARBOUR,
      "logbook",
      SONNET,
      daysAgo(5, "08:30"),
      "The logbook test fails one run in ten, no sleeps please",
      "Two entries of one millisecond had no order. They are ordered by their number now, and the test makes the collision on purpose.",
    ),
    talk(
      SITE,
      "winter",
      SONNET,
      daysAgo(4, "16:02"),
      "Make the winter timetable from the spreadsheet",
      "The page has both ferries, in the order of departure, and says which day it was made.",
      "Show the ones that do not run on Sundays",
      "They carry a mark, and the mark is explained below the table.",
    ),
    talk(
      HARBOUR,
      "main",
      SONNET,
      daysAgo(3, "11:27"),
      "Which of our dependencies are used once?",
      "Three: a date parser in `logbook.rs`, a slug function, and a retry helper. The first two are ten lines each; I would keep the third.",
    ),
    talk(
      NOTES,
      "main",
      OPUS,
      daysAgo(2, "20:15"),
      "Rename the tags that differ only in case",
      "Nineteen tags became eight. Nothing else in the notes changed; the list of renames is in `tags.md`.",
    ),
  ];
}

const GREPPED = `src/tides/port.rs:18:    pub offset: FixedOffset,
src/tides/table.rs:44:    tide.at + self.offset
src/logbook.rs:112:    let shown = entry.at + port.offset;`;

const TABLE = `40  /// When a tide is, on the clock of the port.
41  ///
42  /// The offset is read once, when the port is loaded.
43  fn local_time(&self, tide: &Tide) -> Time {
44      tide.at + self.offset
45  }`;

const FAILED = `running 3 tests
test tides::sorted_by_time ... ok
test tides::high_before_low ... ok
test tides::winter_time ... FAILED

---- tides::winter_time ----
assertion \`left == right\` failed
  left: 2026-10-26T03:12:00+02:00
 right: 2026-10-26T02:12:00+01:00

test result: FAILED. 2 passed; 1 failed`;

const FOUND = `It is the offset. A port reads its UTC offset **once**, when it is loaded, and ours has been running since September:

1. \`Port::load\` stores \`+02:00\`, which was right then.
2. \`local_time\` adds it to every tide, also to those after 25 October.
3. So every table since then is an hour late.

| Date | Shown | Right |
|---|---|---|
| 24 October | 02:12 | 02:12 |
| 26 October | 03:12 | 02:12 |

Restarting would hide it until the end of March. The port should keep its *time zone*:

\`\`\`rust
${SHIFT}
\`\`\`

Shall I change it?`;

const OFFSETS = `src/tides/port.rs:18:    pub offset: FixedOffset,
src/berths/plan.rs:31:    let offset = port.offset;
src/logbook.rs:112:    let shown = entry.at + port.offset;`;

const PASSED = `running 5 tests
test tides::summer_time ... ok
test tides::winter_time ... ok
test tides::sorted_by_time ... ok
test tides::high_before_low ... ok
test tides::both_changes ... ok

test result: ok. 5 passed; 0 failed`;

const DONE = `Ports keep their time zone, and a table is right on both sides of both changes. The two other places from the search use it, too:

- \`src/berths/plan.rs\` plans by the clock of the port
- \`src/logbook.rs\` shows entries as they were, not as they would be today

Five tests pass.`;

const SUMMARY = `This session is continued from a previous conversation that ran out of context.

The tide tables were an hour late since 25 October because ports kept a UTC offset. Ports keep a time zone now; src/tides, src/berths/plan.rs and src/logbook.rs use it. Tests cover both changes of the clock.`;

const TWICE = `Because there are two. On 25 October the clock goes from 02:59 back to 02:00, so half past two comes twice: once as \`+02:00\` and once as \`+01:00\`. The table can say which:

> 02:30 summer time, 3.1 m
> 02:30 winter time, 2.8 m

That is how the harbour office prints it.`;
