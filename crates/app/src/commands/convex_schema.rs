//! `convex-schema`: the tables of a Convex deployment for the entities of this program.
//! Whoever adds an entity of their own deploys what this prints.

use anyhow::Result;
use clap::Args;

use crate::context::Context;

/// The tables of a deployment.
#[derive(Clone, Debug, Args)]
pub(crate) struct Show {}

impl Show {
    pub(crate) fn run(self, context: &Context<'_>) -> Result<()> {
        let text = driftline_codegen::typescript(context.schema.entities().iter().copied())?;
        if context.output.json {
            let (path, text) = (driftline_codegen::PATH, &text);
            return context.output.json(&serde_json::json!({ "path": path, "text": text }));
        }
        context.output.print(&text)
    }
}
