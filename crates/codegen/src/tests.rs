use driftline_core::{Policy, Schema};
use driftline_entities as _;

use super::*;

const NOTES: EntityDescriptor = EntityDescriptor {
    name: "notes",
    doc: "Something to remember",
    fields: &[
        Field::new("title", Kind::Text).doc("What people call it"),
        Field::new("session", Kind::Ref("sessions"))
            .doc("A comment that ends */ too early")
            .owner(),
        Field::new("weight", Kind::Real),
        Field::new("path", Kind::Text).local(),
    ],
    natural_key: &["title"],
    policy: Policy::Editable,
};

#[test]
fn a_table_has_the_fields_that_travel_and_an_index_for_its_key() {
    let text = typescript([&NOTES]).unwrap();
    let table = "  /** Something to remember */
  notes: defineTable({
    ...rowColumns,
    /** What people call it */
    title: text,
    /** A comment that ends * / too early */
    session: reference,
    weight: real,
  })
    .index(\"by_row\", [\"syncUser\", \"syncId\"])
    .index(\"by_key\", [\"syncUser\", \"syncKey\"]),
};
";
    assert!(text.contains(table), "{text}");
    let descriptor = "  notes: {
    fields: {
      title: \"text\",
      session: \"ref\",
      weight: \"real\",
    },
    local: [\"path\"],
    naturalKey: [\"title\"],
    owner: { entity: \"sessions\", field: \"session\" },
  },
";
    assert!(text.contains(descriptor), "{text}");
    assert!(text.contains("import { real, reference, rowColumns, text } from"), "{text}");
}

#[test]
fn the_name_of_another_table_is_refused() {
    let users = EntityDescriptor { name: "users", ..NOTES };
    let error = typescript([&NOTES, &users]).unwrap_err().to_string();
    assert!(error.contains("`users` cannot name an entity"), "{error}");
}

#[test]
fn the_order_of_the_entities_does_not_matter() {
    let entities = Schema::registered().unwrap().entities();
    let backwards = typescript(entities.iter().rev().copied()).unwrap();
    assert_eq!(typescript(entities.iter().copied()).unwrap(), backwards);
}

#[test]
fn long_lines_are_broken() {
    let words = "word ".repeat(40);
    assert!(comment(4, &words).lines().all(|it| it.len() <= 80));
    assert!(list(4, "local", &["a_rather_long_name"; 9]).lines().all(|it| it.len() <= 80));
}
